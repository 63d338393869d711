/** All translations of some lines at once. */
import type { SourceLine, Translation } from "../../src/decoding/translation.ts";
import type { TranslateRun, Translator } from "../../src/decoding/translator.ts";

export async function translateAll(
  translator: Translator,
  lines: AsyncIterable<string | SourceLine> | Iterable<string | SourceLine>,
  run: TranslateRun = {},
): Promise<Translation[]> {
  const translations: Translation[] = [];
  for await (const translation of translator.translate(lines, run)) translations.push(translation);
  return translations;
}
