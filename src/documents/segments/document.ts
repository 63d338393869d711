/** What every document format offers: its texts as segments, and itself again with translations in their places. */

/** How far a segment's translation is: none, one that wants review, one that stands. Formats of one language only have `new`. */
export type SegmentState = "new" | "fuzzy" | "translated";

export interface Segment {
  /** Text to translate. Inline tags of the format stand in it as `<1>…</1>` and `<2/>`, those of `tags`. */
  text: string;
  /** What stands where the translation goes: `text` itself, or the translation that a file of two languages has so far (or ""). */
  current: string;
  state: SegmentState;
  /** Line of the file, or of the file in the archive, from 1. */
  line: number;
  /** Inline tags of `text` in its order, each once: `["<1>", "</1>", "<2/>"]`. A translation has to have the same. */
  tags: readonly string[];
  /** What white space in it means: with `collapsible` line breaks are spaces, as in HTML. Default: line breaks stand for themselves. */
  whiteSpace?: "collapsible";
  /** Those of `tags` that are line breaks or tabs, beyond which no sentence goes. */
  breaks?: readonly string[];
  /** Key, context or identifier that the format gives. */
  id?: string;
}

/** What happens to a translation that lacks an inline tag, has one twice, or crosses them. */
export type LostTags =
  /** `write` throws. */
  | "error"
  /** The tags go to the beginning and the end of the translation, in the source's order. */
  | "edges"
  /** The segment stays as it is. */
  | "keep";

/**
 * Where a translation comes from, which formats of two languages mark as they have it: a machine or a similar text of a translation memory, both to be
 * reviewed; the same text of a memory; or anywhere, without a mark.
 */
export type TranslationMark = "machine" | "fuzzy-match" | "exact-match" | "none";

export interface WriteOptions {
  /** Default `"error"`. */
  lostTags?: LostTags;
  /** [segments] Default: XLIFF alone says that what had no translation has one, which in 1.2 is to be reviewed. */
  marks?: readonly (TranslationMark | undefined)[];
}

export interface Document {
  readonly segments: readonly Segment[];
  /**
   * The file's bytes with `translations[i]` in the place of segment i. `undefined`, or what `current` says, leaves a segment's bytes as they are; so
   * does the whole file where it holds for all.
   *
   * Throws TranslationError where a translation lost inline tags and `lostTags` is `"error"`, RangeError where the numbers differ.
   */
  write(translations: readonly (string | undefined)[], options?: WriteOptions): Uint8Array;
}

export interface ReadOptions {
  /** Of TMX: language of the source; default the header's. */
  sourceLanguage?: string | undefined;
  /** Of TMX: language to translate into; default that of the first translation. Of XLIFF: named in a file that doesn't say it. */
  targetLanguage?: string | undefined;
  /** Of Word documents: bytes that their texts may have unpacked, together. Default 256 MiB. */
  mostUnpacked?: number | undefined;
}

/** Reads a file's bytes; `name` is for error messages. Throws DataError where they are damaged. */
export type DocumentReader = (bytes: Uint8Array, name: string, options?: ReadOptions) => Document;
