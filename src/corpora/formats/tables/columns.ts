/** Which columns of a table, or fields of an object, have the two languages. */

import { DataError } from "../../../base/errors.ts";
import { languageLikeness } from "../../../base/languages/language-tags.ts";
import type { ImportOptions } from "../importer.ts";

/** Names of a side in tables that have no language in theirs. */
const SOURCE_NAMES = new Set(["source", "src", "source_text", "sourcetext", "source text", "original", "input"]);
const TARGET_NAMES = new Set([
  "target",
  "tgt",
  "trg",
  "target_text",
  "targettext",
  "target text",
  "translation",
  "output",
]);

/** Places from 0. */
export type Columns = readonly [source: number, target: number];

/** The columns that a table's names tell: those of the languages, else those that are called source and target; undefined where they don't. */
export function namedColumns(names: readonly string[], options: ImportOptions): Columns | undefined {
  const lower = names.map((name) => name.trim().toLowerCase());
  const find = (language: string | undefined, known: ReadonlySet<string>) => {
    let [best, place] = [0, -1];
    for (const [i, name] of lower.entries()) {
      const likeness = language === undefined || name === "" ? 0 : languageLikeness(name, language);
      if (likeness > best) [best, place] = [likeness, i];
    }
    return place < 0 ? lower.findIndex((name) => known.has(name)) : place;
  };
  const columns = [find(options.sourceLanguage, SOURCE_NAMES), find(options.targetLanguage, TARGET_NAMES)] as const;
  return columns.some((column) => column < 0) || columns[0] === columns[1] ? undefined : columns;
}

/** The columns asked for, by number from 1 or by name in the first line; undefined where none are. Throws DataError for a name that isn't there. */
export function askedColumns(
  first: readonly string[],
  { columns }: ImportOptions,
  path: string,
): AskedColumns | undefined {
  if (columns === undefined) return undefined;
  const isNumber = columns.map((column) => /^[1-9]\d*$/.test(column));
  const places = columns.map((column, i) =>
    isNumber[i] ? Number(column) - 1 : first.findIndex((name) => name.trim() === column),
  ) as [number, number];
  const missing = columns.find((_, i) => places[i]! < 0);
  if (missing === undefined) return { places, hasNames: !isNumber.every(Boolean) };
  throw new DataError(`There is no column "${missing}" in the first line.`, {
    where: path,
    nextStep: `Name two of ${first
      .map((name) => JSON.stringify(name.trim()))
      .join(", ")
      .slice(0, 300)}, or numbers from 1.`,
  });
}

export interface AskedColumns {
  places: Columns;
  /** Whether the first line is no pair. */
  hasNames: boolean;
}
