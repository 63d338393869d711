/** Two languages in one word, as options have them: `en-de`. */
import { UsageError } from "../errors.ts";

/** Source and target. */
export type LanguagePair = readonly [source: string, target: string];

/**
 * "en-de", "pt-BR:zh-Hans" or "zh_Hans-en": of several hyphens the one in the middle. Throws UsageError, naming `option`, for what is no pair.
 *
 * @example
 * languagesOfPair("en-de", "--pair"); // ["en", "de"]
 */
export function languagesOfPair(pair: string, option: string): LanguagePair {
  const parts = pair.split(/[:,]/);
  const cut = parts.length === 2 ? parts : halves(pair.split("-"));
  const [source, target] = cut ?? [];
  if (source && target && cut!.every((code) => /^[A-Za-z][A-Za-z0-9_-]*$/.test(code))) return [source, target];
  throw new UsageError(`${option} ${pair} is no pair of languages`, {
    where: option,
    nextStep: "Write it as en-de, or with a colon where codes have hyphens: en:zh-Hans.",
  });
}

function halves(parts: readonly string[]): string[] | undefined {
  if (parts.length % 2 === 1) return undefined;
  const middle = parts.length / 2;
  return [parts.slice(0, middle).join("-"), parts.slice(middle).join("-")];
}
