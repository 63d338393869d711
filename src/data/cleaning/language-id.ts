/** Tells which language a text is in, by the npm package tinyld, which is loaded only when it is asked for. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DataError } from "../../base/errors.ts";

/** False where the text is clearly in another language than the given one (ISO 639-1). */
export type LanguageCheck = (text: string, language: string) => boolean;

interface Tinyld {
  /** Likely languages, the likeliest first; none for text that says too little. */
  detectAll(text: string): { lang: string; accuracy: number }[];
  supportedLanguages: string[];
  toISO2(code: string): string;
}

/** Texts of fewer letters say too little. */
const FEWEST_LETTERS = 20;

/** Throws DataError where the package is not installed. `from` is the folder whose node_modules is searched. */
export async function loadLanguageCheck(from: string = process.cwd()): Promise<LanguageCheck> {
  const { detectAll, supportedLanguages, toISO2 } = await loadTinyld(
    "cleaning, language_id",
    "set language_id: false",
    from,
  );
  const known = new Set(supportedLanguages.map(toISO2));
  return (text, language) => {
    const code = language.toLowerCase().split(/[-_]/)[0]!;
    if (!known.has(code) || (text.match(/\p{L}/gu)?.length ?? 0) < FEWEST_LETTERS) return true;
    const [best, ...others] = detectAll(text);
    return (
      best === undefined ||
      best.lang === code ||
      others.some(({ lang, accuracy }) => lang === code && 2 * accuracy >= best.accuracy)
    );
  };
}

/**
 * The package. Throws DataError where it is not installed: `where` it is needed, and what may be done `instead` of installing it.
 * `from` is the folder whose node_modules is searched.
 */
export async function loadTinyld(where: string, instead: string, from: string = process.cwd()): Promise<Tinyld> {
  try {
    const path = createRequire(join(from, "package.json")).resolve("tinyld");
    return (await import(pathToFileURL(path).href)) as Tinyld;
  } catch (cause) {
    throw new DataError("Language identification needs the package tinyld, which is not installed.", {
      where,
      nextStep: `Install it with: npm install -D tinyld, or ${instead}.`,
      cause,
    });
  }
}
