/** What every format of parallel text offers: whether a file is of it, and the file's pairs as they are read. */
import type { TagChoice } from "../../config/choices.ts";
import { compressionOfName } from "../../data/files/decompress.ts";

/** How files are read. */
export interface ImportOptions {
  /** Languages of the two sides; absent where no file has to be asked for its. */
  sourceLanguage?: string | undefined;
  targetLanguage?: string | undefined;
  /**
   * What happens to inline tags (bold, links, placeholders): with `drop` they go and the text inside them stays; with `keep` they stand in the text as
   * `<1>…</1>` and `<2/>`, those of both sides with the same numbers, as in src/documents; with `skip` a pair with a tag on either side is skipped.
   */
  tags: TagChoice;
  /** Take translations that are fuzzy, unfinished or to be reviewed. */
  fuzzy: boolean;
  /** Take what the program's source has no more. */
  obsolete: boolean;
  /** Take only translations that somebody approved, in formats that know it. */
  approved: boolean;
  /** Columns of a table, by number from 1 or by name; fields of JSON, by name. */
  columns?: readonly [source: string, target: string] | undefined;
  /** Whether fields of a table may stand in quotes; absent: in .csv they may, in .tsv not. */
  quotes?: boolean | undefined;
  /** Folders and archives that hold the documents of an alignment, besides its own folder. */
  documents: readonly string[];
}

export const DEFAULT_IMPORT: ImportOptions = {
  tags: "drop",
  fuzzy: false,
  obsolete: false,
  approved: false,
  documents: [],
};

/** Why something that could be a pair is none, in words for people. */
export const SKIP_REASONS = [
  "empty",
  "not translated",
  "fuzzy or to be reviewed",
  "not approved",
  "obsolete",
  "not to be translated",
  "not in both languages",
  "without a counterpart",
  "inline tags",
  "malformed",
  "too long",
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** A pair, or what is none and why. */
export interface ImportItem {
  /** Line of the file, from 1. */
  line: number;
  /** Absent in a pair. */
  skipped: SkipReason | undefined;
  /** Texts of a pair as the format has them, line breaks and all. */
  source: string;
  target: string;
  /** The line is that of the second file, of formats of two. */
  inTranslated?: true;
}

export function pair(source: string, target: string, line: number): ImportItem {
  return { line, skipped: undefined, source, target };
}

export function skip(skipped: SkipReason, line: number): ImportItem {
  return { line, skipped, source: "", target: "" };
}

/** The beginning of a file, decompressed. */
export interface FileHead {
  /** Its name without folders and without the ending of a compression, in lower case. */
  name: string;
  /** Up to 64 KiB, decoded. */
  text: string;
  bytes: Uint8Array;
}

/** A file that is open for reading. */
export interface InputFile {
  /** As messages name it. */
  path: string;
  head: FileHead;
  /** Its place on disk, where that holds the bytes as they are: neither compressed nor part of an archive. */
  place?: string | undefined;
  /** All of its bytes, decompressed, in chunks. They come once. */
  chunks: AsyncIterable<Uint8Array>;
}

/** A format of parallel text. */
export interface Importer {
  /** As `--format` names it. */
  name: string;
  /** What such a file is, with its article, for messages. */
  title: string;
  /** How many files a pair's texts stand in: both in one, or the source's in one and the translation's in another. */
  files: 1 | 2;
  /** Whether sides are found by their languages, so that these have to be known. */
  needsLanguages?: boolean;
  matches(head: FileHead): boolean;
  /**
   * Blocks of pairs in the order of the file. `translated` is the second file of a format of two. Throws DataError where the file cannot be read at
   * all; what concerns one pair alone is skipped.
   */
  pairs(file: InputFile, options: ImportOptions, translated?: InputFile): AsyncIterable<readonly ImportItem[]>;
}

/** A path's last part in lower case, without the ending of a compression. */
export function plainName(path: string): string {
  const name = path.replace(/^.*[/\\]/, "").toLowerCase();
  return compressionOfName(name) === undefined ? name : name.replace(/\.[^.]*$/, "");
}
