/** Documents by the ending of their names, or by the name of their format. */
import { readPo } from "./bilingual/po.ts";
import { readTmx } from "./bilingual/tmx.ts";
import { readXliff } from "./bilingual/xliff.ts";
import { type DocumentFormat, formatOfDocument } from "./document-formats.ts";
import { readHtml } from "./html.ts";
import { readJsonStrings } from "./json-strings.ts";
import { readMarkdown } from "./markdown.ts";
import { readPlainText } from "./plain-text.ts";
import { readProperties } from "./properties.ts";
import type { Document, DocumentReader, ReadOptions } from "./segments/document.ts";
import { readSubtitles } from "./subtitles.ts";
import { readDocx } from "./word/docx.ts";

const readers: Record<DocumentFormat, DocumentReader> = {
  txt: readPlainText,
  md: readMarkdown,
  html: readHtml,
  srt: readSubtitles,
  vtt: readSubtitles,
  po: readPo,
  xliff: readXliff,
  tmx: readTmx,
  json: readJsonStrings,
  properties: readProperties,
  docx: readDocx,
};

/**
 * Reads a document; `name` (a path or file name) says by its ending what it is, where `format` doesn't, and stands in error messages.
 * Throws UsageError for an ending that is not known, DataError where the file is damaged.
 *
 * @example
 * import { readFileSync, writeFileSync } from "node:fs";
 * import { readDocument } from "gnmt-moe/documents";
 *
 * const document = readDocument(readFileSync("messages.po"), "messages.po");
 * const translations = document.segments.map(({ text, state }) => (state === "new" ? text.toUpperCase() : undefined));
 * writeFileSync("messages.de.po", document.write(translations, { lostTags: "edges" }));
 */
export function readDocument(
  bytes: Uint8Array,
  name: string,
  options: ReadOptions = {},
  format: DocumentFormat = formatOfDocument(name),
): Document {
  return readers[format](bytes, name, options);
}
