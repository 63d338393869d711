/** Every format of parallel text, and which one a file is of. */
import { UsageError } from "../../base/errors.ts";
import { mo, po } from "./gettext/catalogues.ts";
import type { FileHead, Importer } from "./importer.ts";
import { plainText } from "./plain-text.ts";
import { android } from "./strings/android.ts";
import { appleStrings, stringsDict } from "./strings/apple-strings.ts";
import { fluent } from "./strings/fluent.ts";
import { properties } from "./strings/properties.ts";
import { stringCatalogue } from "./strings/string-catalogue.ts";
import { csv, tsv } from "./tables/delimited.ts";
import { jsonLines } from "./tables/json-lines.ts";
import { parquet } from "./tables/parquet.ts";
import { qtLinguist } from "./xml/qt-linguist.ts";
import { tmx } from "./xml/tmx.ts";
import { xces } from "./xml/xces.ts";
import { xliff } from "./xml/xliff.ts";

/** Those that are known by how they begin come before those that are known by name alone. */
export const IMPORTERS: readonly Importer[] = [
  tmx,
  xliff,
  xces,
  qtLinguist,
  android,
  mo,
  parquet,
  stringCatalogue,
  stringsDict,
  appleStrings,
  properties,
  fluent,
  csv,
  tsv,
  jsonLines,
  po,
];

/** Those, and what is known by nothing but the names of its two files. */
export const NAMED_IMPORTERS: readonly Importer[] = [...IMPORTERS, plainText];

/** Undefined where it is of none, such as plain text. */
export function findImporter(head: FileHead): Importer | undefined {
  return IMPORTERS.find((importer) => importer.matches(head));
}

/** Throws UsageError where there is none of the name. */
export function importerByName(name: string): Importer {
  const found = NAMED_IMPORTERS.find((importer) => importer.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`There is no format "${name}".`, {
    where: "--format",
    nextStep: `Use one of ${NAMED_IMPORTERS.map((importer) => importer.name).join(", ")}.`,
  });
}
