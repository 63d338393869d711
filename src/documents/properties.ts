/** Java's `.properties` (java.util.Properties): the values; keys, comments and continuation of lines elsewhere stay. */
import type { Document } from "./segments/document.ts";
import { SourceText } from "./segments/source-text.ts";
import { plainPlace, TextDocument } from "./segments/text-document.ts";
import { readPropertyEntries } from "./syntax/property-entries.ts";

/** A file of ASCII or Latin-1 gets other characters as `\uXXXX`; one in UTF-8 gets them as they are. */
export function readProperties(bytes: Uint8Array, name: string): Document {
  const source = new SourceText(bytes, name, true);
  const raw = source.encoding !== "latin1" && /[^\0-\x7f]/.test(source.text);
  const places = readPropertyEntries(source).flatMap(({ key, text, from, to }) => {
    if (text.trim() === "") return [];
    return [plainPlace(source, { from, to, text, id: key }, (translation) => encodeValue(translation, raw))];
  });
  return new TextDocument(source, places);
}

function encodeValue(text: string, raw: boolean): string {
  const escaped = text
    .replace(/[\\\n\t\r\f]/g, (char) => `\\${{ "\\": "\\", "\n": "n", "\t": "t", "\r": "r", "\f": "f" }[char]}`)
    .replace(/^ /, "\\ ");
  return raw
    ? escaped
    : escaped.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
