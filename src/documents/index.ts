/** The public API of `gnmt-moe/documents`: documents as segments of text and back, and their translation. */

export { type DocumentFormat, documentEndings, documentFormatOf, documentFormats } from "./document-formats.ts";
export { readDocument } from "./read-document.ts";
export type { Retranslate } from "./retranslate.ts";
export type {
  Document,
  LostTags,
  ReadOptions,
  Segment,
  SegmentState,
  TranslationMark,
  WriteOptions,
} from "./segments/document.ts";
export { type DocumentOptions, type Recall, type Recalled, translateDocument } from "./translate-document.ts";
