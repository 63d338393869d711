/** Which plain texts are the two sides of a corpus, by names that tell their languages and nothing else apart. */
import { languageLikeness } from "../../base/languages/language-tags.ts";
import { compressionOfName } from "../../data/files/decompress.ts";
import { type PairedFiles, withRest } from "./language-files.ts";

/**
 * Texts in pairs. Of two alone whose names tell nothing the second has the first one's translations.
 *
 * @example
 * const files = ["a/train.en", "a/train.de", "a/train.fr"].map((path) => ({ path }));
 * pairTexts(files, "en", "de"); // { pairs: [[files[0], files[1]]], rest: [files[2]] }
 */
export function pairTexts<T extends { path: string }>(
  files: readonly T[],
  sourceLanguage?: string,
  targetLanguage?: string,
): PairedFiles<T> {
  const targets = new Map(files.flatMap((file) => keyed(file, targetLanguage)));
  const pairs = files.flatMap((file) =>
    keyed(file, sourceLanguage).flatMap(([key]): [T, T][] => {
      const target = targets.get(key);
      return target === undefined || target === file ? [] : [[file, target]];
    }),
  );
  return withRest(pairs, files);
}

/** Whether a name is that of a plain text in one of the languages: `train.en`, `train.en.txt.gz`, `en.txt`, `en/train.txt`. */
export function isTextOf(path: string, ...languages: readonly (string | undefined)[]): boolean {
  return languages.some((language) => language !== undefined && keyOf(path, language) !== undefined);
}

function keyed<T extends { path: string }>(file: T, language: string | undefined): [string, T][] {
  const key = language === undefined ? undefined : keyOf(file.path, language);
  return key === undefined ? [] : [[key, file]];
}

const MARK = "\0";
const TEXT = ".txt";

/** The path with a mark in the place of the language; undefined where it tells another, or none. */
function keyOf(path: string, language: string): string | undefined {
  const is = (part: string) => languageLikeness(part, language) > 0;
  const plain = compressionOfName(path) === undefined ? path : path.replace(/\.[^.]*$/, "");
  const parts = plain.split("/");
  const name = parts.pop()!;
  const within = (folder: readonly string[], last: string) => [...folder, last].join("/");
  if (!name.toLowerCase().endsWith(TEXT)) {
    const dot = name.lastIndexOf(".");
    return dot > 0 && is(name.slice(dot + 1)) ? within(parts, name.slice(0, dot + 1) + MARK) : undefined;
  }
  const stem = name.slice(0, -TEXT.length);
  // A region first: train.de-AT.
  for (const between of [/^|[._]/g, /[-]/g]) {
    const at = [...stem.matchAll(between)].map(({ index, 0: { length } }) => index + length).at(-1);
    if (at !== undefined && is(stem.slice(at))) return within(parts, stem.slice(0, at) + MARK + TEXT);
  }
  const folder = parts.findLastIndex(is);
  return folder < 0 ? undefined : within(parts.with(folder, MARK), name);
}
