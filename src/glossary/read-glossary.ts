/** Glossaries of files and texts: a term and its translation a line, as a table; lists of terms that are not translated. */
import { readFileSync } from "node:fs";
import { DataError } from "../base/errors.ts";
import { languageLikeness } from "../base/languages/language-tags.ts";
import { decodeLines, placeOf } from "../data/files/line-splitter.ts";
import { QuotedRows, type Row } from "../data/files/quoted-rows.ts";
import { type GlossaryEntry, keptEntries } from "./glossary-entry.ts";

/** Names of the forms: tab-separated without quotes, comma-separated (RFC 4180). */
export const entriesFormats = ["tsv", "csv"] as const;
export type EntriesFormat = (typeof entriesFormats)[number];

/** Bytes of a term, at most, as in DeepL's glossaries. */
const LONGEST_TERM = 1024;
/** Line breaks and other characters that no term has. */
const FORBIDDEN = /[\p{Cc}\u2028\u2029]/u;

export interface EntriesOptions {
  /** Languages of the entries; a line of a comma-separated table whose third and fourth field name others is left out. Default: all are taken. */
  source?: string | undefined;
  target?: string | undefined;
  /** What a source that comes again is: one more wording of its translation, or an error. Default "wording". */
  repeated?: "wording" | "error";
}

/**
 * The entries of a file, by its ending: `.csv` is comma-separated, everything else tab-separated. Throws DataError for a file that cannot be read, and as
 * `parseEntries` does.
 *
 * @example
 * import { Glossary, readGlossary } from "gnmt-moe";
 *
 * const glossary = new Glossary(readGlossary("terms.en-de.tsv"));
 */
export function readGlossary(path: string, options: EntriesOptions = {}): GlossaryEntry[] {
  return parseEntries(linesOf(path), /\.csv$/i.test(path) ? "csv" : "tsv", path, options);
}

/**
 * The terms of a file, one a line, as entries that come out as they are. Throws DataError for a file that cannot be read or has no term.
 *
 * @example
 * import { Glossary, readTermList } from "gnmt-moe";
 *
 * const names = new Glossary(readTermList("names.txt"));
 */
export function readTermList(path: string): GlossaryEntry[] {
  const terms = linesOf(path).flatMap((line, i) => {
    const term = line.trim();
    return term === "" ? [] : [checked(term, path, i + 1)];
  });
  if (terms.length === 0) throw noEntry(path, "Write a term a line.");
  return keptEntries([...new Set(terms)]);
}

/**
 * The entries of lines, blank ones left out; `name` is for messages of errors. Throws DataError, naming the line: no translation, fields that have no
 * meaning, a term of more than 1,024 bytes or with control characters, a source that comes again where that is an error, an open quote; no entry at all.
 */
export function parseEntries(
  lines: readonly string[],
  format: EntriesFormat,
  name: string,
  { source, target, repeated = "wording" }: EntriesOptions = {},
): GlossaryEntry[] {
  const found = new Map<string, { targets: string[]; line: number }>();
  for (const { fields, line } of format === "csv" ? csvRows(lines, name) : tsvRows(lines)) {
    const [own, translation, ...languages] = fields.map((field) => field.trim());
    if (fields.length !== 2 && !(format === "csv" && fields.length === 4)) {
      throw new DataError(`an entry has ${fields.length} fields`, {
        where: placeOf(name, line),
        nextStep:
          format === "csv"
            ? "Write term,translation and nothing else, or after it the codes of the two languages."
            : "Write the term, a tab and its translation, and no other tab.",
      });
    }
    if (!areOf(languages, source, target)) continue;
    const term = checked(own!, name, line);
    const wording = checked(translation!, name, line);
    const known = found.get(term);
    if (known !== undefined && repeated === "error") {
      throw new DataError(`the term "${term}" has an entry already, on line ${known.line}`, {
        where: placeOf(name, line),
        nextStep: "Leave one of the two out.",
      });
    }
    if (known === undefined) found.set(term, { targets: [wording], line });
    else if (!known.targets.includes(wording)) known.targets.push(wording);
  }
  if (found.size === 0) throw noEntry(name, "Write a term and its translation a line.");
  return [...found].map(([term, { targets }]) => ({ source: term, targets }));
}

function linesOf(path: string): string[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new DataError(`the file cannot be read: ${(cause as Error).message}`, {
      where: path,
      nextStep: "Check the path.",
      cause,
    });
  }
  return decodeLines(bytes, path, 1);
}

function* csvRows(lines: readonly string[], name: string): Generator<Row> {
  const rows = new QuotedRows(",", name);
  for (const [i, line] of lines.entries()) {
    const row = rows.line(line, i + 1);
    if (row?.fields.some((field) => field.trim() !== "") === true) yield row;
  }
  rows.end();
}

function* tsvRows(lines: readonly string[]): Generator<Row> {
  for (const [i, line] of lines.entries()) if (line.trim() !== "") yield { fields: line.split("\t"), line: i + 1 };
}

function areOf(languages: readonly string[], ...wanted: (string | undefined)[]): boolean {
  return languages.every((language, i) => {
    const own = wanted[i];
    return own === undefined || language === "" || languageLikeness(language, own) > 0;
  });
}

function checked(term: string, name: string, line: number): string {
  const wrong =
    term === ""
      ? "is empty"
      : Buffer.byteLength(term) > LONGEST_TERM
        ? `has more than ${LONGEST_TERM} bytes`
        : FORBIDDEN.test(term)
          ? "has a control character or a line break"
          : undefined;
  if (wrong === undefined) return term.replace(/\s+/g, " ");
  throw new DataError(`a term ${wrong}`, {
    where: placeOf(name, line),
    nextStep: "Write a word or a phrase, and its translation beside it.",
  });
}

function noEntry(name: string, nextStep: string): DataError {
  return new DataError("there is no term", { where: name, nextStep });
}
