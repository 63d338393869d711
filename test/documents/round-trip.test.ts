// Source of truth: what was read, to the byte; and the translations that were written, read again.
import { describe, expect, it } from "vitest";
import { readDocument } from "../../src/documents/read-document.ts";
import type { Document } from "../../src/documents/segments/document.ts";
import { FILES } from "./sample-documents.ts";

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

describe.each(FILES)("%s, %s", (name, _, bytes) => {
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
