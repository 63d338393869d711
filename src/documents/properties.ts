/** Java's `.properties` (java.util.Properties): the values; keys, comments and continuation of lines elsewhere stay. */
import type { Document } from "./segments/document.ts";
import { linesOf, SourceText } from "./segments/source-text.ts";
import { plainPlace, TextDocument } from "./segments/text-document.ts";

/** A file of ASCII or Latin-1 gets other characters as `\uXXXX`; one in UTF-8 gets them as they are. */
export function readProperties(bytes: Uint8Array, name: string): Document {
  const source = new SourceText(bytes, name, true);
  const raw = source.encoding !== "latin1" && /[^\0-\x7f]/.test(source.text);
  const places = logicalLines(source.text).flatMap(({ from, to }) => {
    const entry = entryOf(source.text.slice(from, to));
    if (entry === undefined) return [];
    const start = from + entry.at;
    const text = decodeValue(source, start, to);
    if (text.trim() === "") return [];
    const id = decodeValue(source, from + entry.keyAt, from + entry.keyEnd);
    return [plainPlace(source, { from: start, to, text, id }, (translation) => encodeValue(translation, raw))];
  });
  return new TextDocument(source, places);
}

/** Lines, those that end with an odd number of backslashes joined with the next; comments and blank lines left out. */
function logicalLines(text: string): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  let start: number | undefined;
  let end = 0;
  for (const { from, to, line } of linesOf(text)) {
    if (start === undefined && /^[ \t\f]*(?:[#!]|$)/.test(line)) continue;
    start ??= from;
    end = to;
    if (/\\*$/.exec(line)![0].length % 2 === 1) continue;
    found.push({ from: start, to });
    start = undefined;
  }
  if (start !== undefined) found.push({ from: start, to: end });
  return found;
}

function entryOf(line: string): { keyAt: number; keyEnd: number; at: number } | undefined {
  const found =
    /^([ \t\f]*)((?:\\(?:\r\n|[\s\S])|[^\\=: \t\f])*)(?:\\\r?\n|[ \t\f])*(?:[=:](?:\\\r?\n|[ \t\f])*)?/.exec(line);
  if (found === null) return undefined;
  const keyAt = found[1]!.length;
  return { keyAt, keyEnd: keyAt + found[2]!.length, at: found[0].length };
}

const ESCAPES = new Map(Object.entries({ n: "\n", t: "\t", r: "\r", f: "\f" }));

function decodeValue(source: SourceText, from: number, to: number): string {
  const text = source.text.slice(from, to);
  return text.replace(
    /\\(?:u([\da-fA-F]{4})|((?:\r\n|\n|\r)[ \t\f]*)|([\s\S]?))/g,
    (_, code, lineBreak, other, at: number) => {
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      if (lineBreak !== undefined) return "";
      if (other === "u") {
        throw source.damaged(
          from + at,
          `\\u is followed by ${JSON.stringify(text.slice(at + 2, at + 6))}, not four hexadecimal digits`,
        );
      }
      return ESCAPES.get(other) ?? other;
    },
  );
}

function encodeValue(text: string, raw: boolean): string {
  const escaped = text
    .replace(/[\\\n\t\r\f]/g, (char) => `\\${{ "\\": "\\", "\n": "n", "\t": "t", "\r": "r", "\f": "f" }[char]}`)
    .replace(/^ /, "\\ ");
  return raw
    ? escaped
    : escaped.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
