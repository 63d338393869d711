/** Which file has the translations of which, by how projects name them: a folder, or a part of the file's name, is a language. */
import { languageLikeness } from "../../base/languages/language-tags.ts";

export interface PairedFiles<T> {
  /** The source language's file, and one with its translations. */
  pairs: [T, T][];
  /** Those of other languages, and those without a partner. */
  rest: T[];
}

/**
 * Files of one format in pairs. A file that names no language is of the source language where no other is. Where the names tell nothing and there are
 * two files, the second has the first one's translations.
 *
 * @example
 * const files = ["res/values/strings.xml", "res/values-de-rAT/strings.xml"].map((path) => ({ path }));
 * pairFiles(files, "en", "de").pairs; // [[files[0], files[1]]]
 */
export function pairFiles<T extends { path: string }>(
  files: readonly T[],
  sourceLanguage?: string,
  targetLanguage?: string,
): PairedFiles<T> {
  const pairs: [T, T][] = [];
  if (sourceLanguage !== undefined && targetLanguage !== undefined) {
    const sources: Record<keyof Places, Map<string, T[]>> = { named: new Map(), unnamed: new Map() };
    for (const file of files) {
      const places = placesOf(file.path, sourceLanguage);
      for (const kind of ["named", "unnamed"] as const) {
        for (const place of places[kind]) sources[kind].set(place, [...(sources[kind].get(place) ?? []), file]);
      }
    }
    for (const translation of files) {
      const { named } = placesOf(translation.path, targetLanguage);
      const find = (kind: keyof Places) =>
        named.flatMap((place) => sources[kind].get(place) ?? []).find((file) => file !== translation);
      const source = find("named") ?? find("unnamed");
      if (source !== undefined) pairs.push([source, translation]);
    }
  }
  return withRest(pairs, files);
}

/** Pairs that names tell and the files outside them; where names tell nothing, the second of two files has the first one's translations. */
export function withRest<T>(named: [T, T][], files: readonly T[]): PairedFiles<T> {
  const [first, second] = files;
  const pairs: [T, T][] = named.length === 0 && files.length === 2 ? [[first!, second!]] : named;
  const paired = new Set(pairs.flat());
  return { pairs, rest: files.filter((file) => !paired.has(file)) };
}

/** A path with a mark in the place of its language. */
interface Places {
  /** Where that is the language asked for. */
  named: string[];
  /** Where none is named, as in the files that a program falls back to. */
  unnamed: string[];
}

const MARK = "\0";
const BETWEEN = /[._-]/;

function placesOf(path: string, language: string): Places {
  const parts = path.split("/");
  const places: Places = { named: [], unnamed: [] };
  const put = (list: string[], i: number, text: string) =>
    list.push([...parts.slice(0, i), text, ...parts.slice(i + 1)].join("/"));
  for (const [i, part] of parts.entries()) {
    const isFile = i === parts.length - 1;
    const android = /^values(?:-(.+))?$/.exec(part);
    const apple = /^(.+)\.lproj$/.exec(part);
    const told =
      android?.[1]
        ?.replace(/^b\+/, "")
        .replaceAll("+", "-")
        .replace(/-r([A-Z]{2})\b/, "-$1") ?? apple?.[1];
    if (android !== null || apple !== null) {
      if (told === undefined || told === "Base") put(places.unnamed, i, MARK);
      else if (languageLikeness(told, language) > 0) put(places.named, i, MARK);
      continue;
    }
    const [, stem = part, ending = ""] = isFile ? (/^(.*?)(\.[a-z]+)$/i.exec(part) ?? []) : [];
    if (languageLikeness(stem, language) > 0) put(places.named, i, `${MARK}${ending}`);
    if (!isFile) continue;
    for (let at = 1; at < stem.length; at++) {
      if (!BETWEEN.test(stem[at]!) || languageLikeness(stem.slice(at + 1), language) === 0) continue;
      put(places.named, i, `${stem.slice(0, at)}${MARK}${ending}`);
      break;
    }
    put(places.unnamed, i, `${stem}${MARK}${ending}`);
  }
  return places;
}
