/** A text in two languages from names on the command line: files and folders of any format of translations, and plain files in twos. */
import { existsSync, statSync } from "node:fs";
import { extname } from "node:path";
import { UsageError } from "../base/errors.ts";
import { DEFAULT_IMPORT } from "../corpora/formats/importer.ts";
import { findInputs, formatOf } from "../corpora/importing/find-inputs.ts";
import { importOnce } from "../corpora/importing/import-once.ts";
import { emptyReport, formatImport } from "../corpora/importing/import-report.ts";
import { compressionOfName } from "../data/files/decompress.ts";
import { textFiles } from "../data/files/text-files.ts";
import type { TextFiles } from "./split-text.ts";

/** Languages of both sides; undefined where they have no names. */
export type Languages = readonly [source: string | undefined, target: string | undefined];

/** Where names come from, and where what is imported goes. */
export interface TextPlace {
  /** The option that names are of. */
  option: string;
  folder: string;
  /** Told what was imported, and what was left out and why. */
  onMessage(message: string): void;
}

/** Throws UsageError where a plain file has no other language, DataError for files that cannot be read. */
export async function textFilesOf(
  names: readonly string[],
  languages: Languages,
  { option, folder, onMessage }: TextPlace,
): Promise<TextFiles[]> {
  const plain: string[] = [];
  const others: string[] = [];
  for (const name of names) ((await isPlain(name)) ? plain : others).push(name);
  const texts = inTwos(plain, languages, option);
  if (others.length === 0) return texts;
  const [sourceLanguage, targetLanguage] = languages;
  const report = emptyReport();
  const inputs = await findInputs(others, { sourceLanguage, targetLanguage }, report);
  const options = { ...DEFAULT_IMPORT, sourceLanguage, targetLanguage };
  const { pathSrc, pathTgt, record } = await importOnce(folder, inputs, options, report);
  for (const line of record === undefined ? [] : formatImport(record)) onMessage(`${option}: ${line}`);
  return [...texts, { pathSrc, pathTgt }];
}

async function isPlain(name: string): Promise<boolean> {
  if (existsSync(name) && statSync(name).isDirectory()) return false;
  const [first] = textFiles(name);
  return first!.column !== undefined || (await formatOf(first!.path)) === undefined;
}

/** Of two whose endings are the languages, that of the source language comes first whatever their order; others are taken as they stand. */
function inTwos(names: readonly string[], languages: Languages, option: string): TextFiles[] {
  if (names.length % 2 === 1) {
    throw new UsageError(`${option} has a plain file without its other language`, {
      where: names.at(-1)!,
      nextStep: `Give plain files in twos: ${option} FILE.${languages[0] ?? "en"} FILE.${languages[1] ?? "de"}.`,
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
