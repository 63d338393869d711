/** The files of a text in two languages, from their names on the command line. */
import { extname } from "node:path";
import { UsageError } from "../base/errors.ts";
import { compressionOfName } from "../data/files/decompress.ts";
import type { TextFiles } from "./split-text.ts";

/** Languages of both sides; empty where they have no names. */
export type Languages = readonly [source: string | undefined, target: string | undefined];

/**
 * Plain files in twos. Of two whose endings are the languages, that of the source language comes first whatever their order; others are taken as
 * they stand. Throws UsageError where one is left over.
 */
export function textFilesOf(names: readonly string[], languages: Languages, option: string): TextFiles[] {
  if (names.length % 2 === 1) {
    throw new UsageError(`${option} has ${names.length} files, and one of them has no other language`, {
      where: names.at(-1)!,
      nextStep: `Give files in twos: ${option} FILE.${languages[0] ?? "en"} FILE.${languages[1] ?? "de"}.`,
    });
  }
  return Array.from({ length: names.length / 2 }, (_, i) => {
    const [first, second] = names.slice(2 * i, 2 * i + 2) as [string, string];
    const isSwapped =
      languages[1] !== undefined && endingOf(first) === languages[1] && endingOf(second) === languages[0];
    return isSwapped ? { pathSrc: second, pathTgt: first } : { pathSrc: first, pathTgt: second };
  });
}

/** `de` of `texts.de.gz`. */
function endingOf(name: string): string {
  const compression = compressionOfName(name);
  const plain = compression === undefined ? name : name.slice(0, -extname(name).length);
  return extname(plain).slice(1);
}
