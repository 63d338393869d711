/** Documents by the ending of their names. */
import { UsageError } from "../base/errors.ts";
import { readDocx } from "./docx.ts";
import { readHtml } from "./html.ts";
import { readJsonStrings } from "./json-strings.ts";
import { readMarkdown } from "./markdown.ts";
import { readPlainText } from "./plain-text.ts";
import { readPo } from "./po.ts";
import { readProperties } from "./properties.ts";
import type { Document, DocumentReader, ReadOptions } from "./segments/document.ts";
import { readSubtitles } from "./subtitles.ts";
import { readTmx } from "./tmx.ts";
import { readXliff } from "./xliff.ts";

const READERS: ReadonlyMap<string, DocumentReader> = new Map([
  [".txt", readPlainText],
  [".md", readMarkdown],
  [".markdown", readMarkdown],
  [".html", readHtml],
  [".htm", readHtml],
  [".srt", readSubtitles],
  [".vtt", readSubtitles],
  [".po", readPo],
  [".pot", readPo],
  [".xlf", readXliff],
  [".xliff", readXliff],
  [".tmx", readTmx],
  [".json", readJsonStrings],
  [".arb", readJsonStrings],
  [".properties", readProperties],
  [".docx", readDocx],
]);

/**
 * Reads a document; `name` (a path or file name) says by its ending what it is, and stands in error messages.
 * Throws UsageError for an ending that is not known, DataError where the file is damaged.
 *
 * @example
 * const document = readDocument(readFileSync("messages.po"), "messages.po");
 * const translations = document.segments.map(({ text, state }) => (state === "new" ? translate(text) : undefined));
 * writeFileSync("messages.de.po", document.write(translations, { lostTags: "edges" }));
 */
export function readDocument(bytes: Uint8Array, name: string, options: ReadOptions = {}): Document {
  const ending = /\.[^./\\]*$/.exec(name)?.[0].toLowerCase() ?? "";
  const reader = READERS.get(ending);
  if (reader === undefined) {
    throw new UsageError(`A document ending in "${ending}" cannot be read.`, {
      where: name,
      nextStep: `Give one of ${[...READERS.keys()].join(" ")}.`,
    });
  }
  return reader(bytes, name, options);
}
