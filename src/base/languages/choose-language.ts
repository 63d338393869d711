/** Which of the languages that a collection has, by its own codes, is the one asked for: `de` is `deu_Latn` of Flores-200. */
import { languageLikeness } from "./language-tags.ts";

/** Codes that Unicode's table of old and macro-language codes leaves apart from the one people write. */
const USUAL: Readonly<Record<string, string>> = { fuv: "ff", pbt: "ps", quy: "qu" };

/**
 * The code among `codes`, or undefined where there is none. A code that is asked for as it stands is that one; otherwise, of several of one language, the
 * one in the script and then of the region that the language has where nobody says otherwise, then the first.
 *
 * @example
 * chooseLanguage("zh", ["eng_Latn", "zho_Hant", "zho_Hans"]); // "zho_Hans"
 */
export function chooseLanguage(language: string, codes: readonly string[]): string | undefined {
  const lower = language.toLowerCase().replaceAll("_", "-");
  const exact = codes.find((code) => code.toLowerCase().replaceAll("_", "-") === lower);
  if (exact !== undefined) return exact;
  const usual = maximized(lower);
  let [best, found]: [number, string | undefined] = [0, undefined];
  for (const code of codes) {
    const tag = code.replace(/^[a-z]{3}/, (letters) => USUAL[letters] ?? letters);
    const likeness = languageLikeness(tag, language);
    if (likeness === 0) continue;
    const own = maximized(tag.replaceAll("_", "-"));
    const rank = 4 * likeness + 2 * Number(own?.script === usual?.script) + Number(own?.region === usual?.region);
    if (rank > best) [best, found] = [rank, code];
  }
  return found;
}

function maximized(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag).maximize();
  } catch {
    return undefined;
  }
}
