/** Which side of a pair the two languages of a file are. */
import { languageLikeness } from "../../base/languages/language-tags.ts";
import { type ImportItem, type ImportOptions, pair, skip } from "./importer.ts";

/** `swapped`: what the file translates from is the target. */
export type Sides = "as asked" | "swapped" | "other languages";

/** By the languages that a file says it has; undefined where it doesn't, so that it is taken to be as asked. */
export function sidesOf(
  source: string | undefined,
  target: string | undefined,
  { sourceLanguage, targetLanguage }: ImportOptions,
): Sides {
  const fits = (said: string | undefined, asked: string | undefined) =>
    said === undefined || said === "" || asked === undefined || languageLikeness(said, asked) > 0;
  if (fits(source, sourceLanguage) && fits(target, targetLanguage)) return "as asked";
  return fits(source, targetLanguage) && fits(target, sourceLanguage) ? "swapped" : "other languages";
}

/** A pair of a file's original text and its translation. */
export function sidedPair(sides: Sides, original: string, translation: string, line: number): ImportItem {
  if (sides === "other languages") return skip("not in both languages", line);
  if (translation === "" && original !== "") return skip("not translated", line);
  return sides === "swapped" ? pair(translation, original, line) : pair(original, translation, line);
}
