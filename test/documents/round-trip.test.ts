// Source of truth: what was read, to the byte; and the translations that were written, read again.
import { describe, expect, it } from "vitest";
import { readDocument } from "../../src/documents/read-document.ts";
import type { Document } from "../../src/documents/segments/document.ts";
import { DOCX, TEXTS } from "./sample-documents.ts";

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");
const ENCODINGS: Readonly<Record<string, (text: string) => Buffer>> = {
  "UTF-8": (text) => Buffer.from(text),
  "UTF-8 with a byte order mark": (text) => Buffer.from(`\ufeff${text}`),
  "UTF-16, little-endian": (text) => utf16(text.replace('encoding="UTF-8"', 'encoding="UTF-16"')),
  "UTF-16, big-endian": (text) => utf16(text.replace('encoding="UTF-8"', 'encoding="UTF-16"')).swap16(),
  "CRLF line breaks": (text) => Buffer.from(text.replaceAll("\n", "\r\n")),
};

const files: [string, string, Uint8Array][] = [
  ...Object.entries(TEXTS).flatMap(([name, text]) =>
    Object.entries(ENCODINGS).map(([encoding, encode]): [string, string, Uint8Array] => [name, encoding, encode(text)]),
  ),
  ["a.docx", "zip", DOCX],
];

/** Turns letters into others, tags apart, with marks that need escapes. */
function translated(document: Document): string[] {
  return document.segments.map(({ text }) =>
    text
      .split(/(<\/?\d+\/?>)/)
      .map((piece) =>
        /^<\/?\d+\/?>$/.test(piece) ? piece : piece.replace(/\p{Ll}/gu, (letter) => letter.toUpperCase()),
      )
      .join("")
      .replace("E", 'Ü&amp;"漢<x'),
  );
}

describe.each(files)("%s, %s", (name, _, bytes) => {
  const document = readDocument(bytes, name);

  it("has segments", () => {
    expect(document.segments.length).toBeGreaterThan(1);
    for (const { text } of document.segments) expect(text.trim()).not.toBe("");
  });

  it("is the same bytes where every segment stays", () => {
    const same = document.write(document.segments.map(({ current }) => current));
    expect(Buffer.from(same).equals(bytes)).toBe(true);
    expect(Buffer.from(document.write(document.segments.map(() => undefined))).equals(bytes)).toBe(true);
  });

  it("gives the translations when it is read again, and itself when they are undone", () => {
    const translations = translated(document);
    const again = readDocument(document.write(translations), name);
    expect(again.segments.map(({ current }) => current)).toEqual(translations);
    const back = readDocument(again.write(document.segments.map(({ current }) => current)), name);
    expect(back.segments.map(({ text }) => text)).toEqual(document.segments.map(({ text }) => text));
  });
});
