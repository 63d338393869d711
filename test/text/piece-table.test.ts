/** Sources of truth: the platform's own UTF-8 decoder, and a Map of strings. */
import { describe, expect, it } from "vitest";
import { PieceIndex } from "../../src/text/sentencepiece/piece-index.ts";
import { PieceTable } from "../../src/text/sentencepiece/piece-table.ts";
import { sentences } from "./sample-text.ts";

/** What the platform reads, or undefined where it refuses. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

describe("a table", () => {
  it("reads UTF-8 where the platform does, and refuses it where the platform does", () => {
    const wrong: string[] = [];
    const table = new PieceTable();
    const compare = (...bytes: number[]) => {
      const text = Uint8Array.from(bytes);
      const id = table.size;
      const read = table.add(text, 0, text.length, 0, 1) ? table.textOf(id) : undefined;
      if (read !== decoded(text)) wrong.push(Buffer.from(text).toString("hex"));
    };
    for (let lead = 0; lead < 256; lead++) {
      compare(lead);
      for (let second = 0x70; second < 256; second++) compare(lead, second);
    }
    const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
    for (const lead of [0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8]) {
      for (const second of edges) {
        for (const third of edges) {
          compare(lead, second, third);
          compare(lead, second, third, 0x80);
          compare(lead, second, third, 0xc0);
          compare(0x61, lead, second, third, 0xbf, 0x62);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it("keeps pieces as they were while it grows", () => {
    const table = new PieceTable();
    const texts = Array.from({ length: 20_000 }, (_, i) => `${"▁".repeat(i % 3)}${i}😀`);
    texts.push("a".repeat(200_000));
    for (const [i, text] of texts.entries()) {
      const bytes = Buffer.from(`x${text}`);
      expect(table.add(bytes, 1, bytes.length, -i, 1 + (i % 6))).toBe(true);
    }
    expect(table.size).toBe(texts.length);
    expect(texts.filter((text, i) => table.textOf(i) !== text)).toEqual([]);
    expect(table.ofType(6)).toEqual(
      Array.from({ length: 3334 }, (_, i) => 5 + 6 * i).filter((id) => id < texts.length),
    );
    expect(table.scores[12_345]).toBe(-12_345);
  });
});

describe("an index", () => {
  const texts = [
    ...new Set(sentences(400, 31).flatMap((text) => [text, ...text, text.slice(0, 3), text.slice(3)])),
  ].filter((text) => text !== "" && !/[\ud800-\udfff]/u.test(text));
  const table = new PieceTable();
  for (const text of texts) {
    const bytes = Buffer.from(text);
    table.add(bytes, 0, bytes.length, 0, 1);
  }
  const index = new PieceIndex(table, table.size);
  const added = texts.map((_, id) => index.add(id));
  const ids = new Map(texts.map((text, id) => [text, id]));
  const symbolOf = (text: string) => ids.get(text) ?? table.size + text.codePointAt(0)!;

  it("finds every text, and none that it hasn't", () => {
    expect(added.every(Boolean)).toBe(true);
    for (const [text, id] of ids) {
      expect(index.findText(text)).toBe(id);
      expect(index.findText(`${text}\u0001`)).toBe(-1);
    }
  });

  it("tells of a text that is there already", () => {
    const other = new PieceTable();
    for (const text of ["ab", "c", "ab"]) other.add(Buffer.from(text), 0, text.length, 0, 1);
    const twice = new PieceIndex(other, 3);
    expect([twice.add(0), twice.add(1), twice.add(2)]).toEqual([true, true, false]);
  });

  it("finds what two symbols make, be they pieces or characters that are none", () => {
    const isSymbol = (part: string) => ids.has(part) || [...part].length === 1;
    let found = 0;
    for (const text of [...texts, "x\u{1f600}", "\u{1f600}\u{1f601}", "\u{1f600}x"]) {
      const characters = [...text];
      for (let at = 1; at < characters.length; at++) {
        const [left, right] = [characters.slice(0, at).join(""), characters.slice(at).join("")];
        if (!isSymbol(left) || !isSymbol(right)) continue;
        const expected = ids.get(text) ?? -1;
        if (expected >= 0) found++;
        expect(index.findPair(symbolOf(left), symbolOf(right)), text).toBe(expected);
        expect(index.findPair(symbolOf(right), symbolOf(left)), text).toBe(ids.get(right + left) ?? -1);
      }
    }
    expect(found).toBeGreaterThan(100);
  });
});
