/** Documents by the ending of their names, or by the name of their format. */
import { type DocumentFormat, formatOfDocument, readerOf } from "./document-formats.ts";
import type { Document, ReadOptions } from "./segments/document.ts";

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
  return readerOf(format)(bytes, name, options);
}
