/** Entries of Java's `.properties` (java.util.Properties) with their offsets. */
import { linesOf, type SourceText } from "../segments/source-text.ts";

export interface Property {
  key: string;
  /** The value: escapes resolved, lines joined. */
  text: string;
  /** Of the value. */
  from: number;
  to: number;
}

/** Throws DataError at an escape that is none. */
export function readPropertyEntries(source: SourceText): Property[] {
  return logicalLines(source.text).flatMap(({ from, to }) => {
    const entry = entryOf(source.text.slice(from, to));
    if (entry === undefined) return [];
    const start = from + entry.at;
    const key = decodeValue(source, from + entry.keyAt, from + entry.keyEnd);
    return [{ key, text: decodeValue(source, start, to), from: start, to }];
  });
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
    if (trailingBackslashes(line) % 2 === 1) continue;
    found.push({ from: start, to });
    start = undefined;
  }
  if (start !== undefined) found.push({ from: start, to: end });
  return found;
}

/** Counted from the end: an expression would try each of them as the first. */
function trailingBackslashes(line: string): number {
  let count = 0;
  while (line[line.length - 1 - count] === "\\") count++;
  return count;
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
