/** Plain text: every line that is not blank is a segment; white space at its ends stays. */
import type { Document } from "./segments/document.ts";
import { asOneLine, linesOf, SourceText } from "./segments/source-text.ts";
import { plainPlace, TextDocument } from "./segments/text-document.ts";

export function readPlainText(bytes: Uint8Array, name: string): Document {
  const source = new SourceText(bytes, name);
  const places = [...linesOf(source.text)].flatMap(({ from, line }) => {
    const text = line.trim();
    if (text === "") return [];
    const start = from + line.indexOf(text);
    return [plainPlace(source, { from: start, to: start + text.length, text }, asOneLine)];
  });
  return new TextDocument(source, places);
}
