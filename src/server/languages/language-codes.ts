/** Codes and names of languages as clients write them. */
import { RequestError } from "../request-error.ts";

/** Codes of LibreTranslate for the same language. */
const ALIASES: readonly (readonly [string, string])[] = [
  ["zh", "zh-hans"],
  ["zt", "zh-hant"],
  ["pb", "pt-br"],
];

/** The known code that is the same without regard to case, or an alias of it; undefined where there is none. */
export function exactCode(code: string, known: readonly string[]): string | undefined {
  const lower = code.toLowerCase();
  const alias = ALIASES.map(([one, other]) => (one === lower ? other : other === lower ? one : undefined));
  const wanted = [lower, ...alias.filter((each) => each !== undefined)];
  return wanted.map((each) => known.find((one) => one.toLowerCase() === each)).find((found) => found !== undefined);
}

/** The same; throws RequestError 400 where there is none. */
export function knownCode(code: string, known: readonly string[], side: "source" | "target"): string {
  const found = exactCode(code, known);
  if (found !== undefined) return found;
  throw new RequestError(400, `${code} is not supported as ${side} language.`, {
    nextStep: "GET /languages lists those that are.",
  });
}

/**
 * The known code that shares the longest beginning with `code`, whole parts between hyphens, without regard to case: `zh` for `zh-HANS`. A
 * code without a region also finds one with: `en-GB` for `EN`.
 */
export function nearestCode(code: string, known: readonly string[]): string | undefined {
  const parts = code.replaceAll("_", "-").split("-");
  for (let count = parts.length; count > 0; count--) {
    const found = exactCode(parts.slice(0, count).join("-"), known);
    if (found !== undefined) return found;
  }
  return known.find((each) => each.toLowerCase().startsWith(`${parts[0]!.toLowerCase()}-`));
}

const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

/** Its English name, or the code where it has none. */
export function languageName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
