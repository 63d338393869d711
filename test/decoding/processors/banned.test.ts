/** Source of truth: the text of every translation of a tiny vocabulary, searched for whole words. */
import { describe, expect, test } from "vitest";
import { BannedPhrases, BannedPieces } from "../../../src/decoding/processors/banned.ts";
import { PieceIndex } from "../../../src/decoding/processors/piece-index.ts";
import { ToyWordpieces } from "../toy-wordpieces.ts";

const wordpieces = new ToyWordpieces(["ab", "abc", "ab▁c", "a-b"]);
const size = wordpieces.pieces.length;
const index = new PieceIndex(wordpieces, size);
const texts = [...Array(size).keys()].filter((id) => id > 3);

/** All sequences of text pieces. */
function* sequences(longest: number, pieces: number[] = []): Generator<number[]> {
  if (pieces.length > 0) yield pieces;
  if (pieces.length === longest) return;
  for (const piece of texts) yield* sequences(longest, [...pieces, piece]);
}

function allows(banned: BannedPhrases, pieces: readonly number[]): boolean {
  return pieces.every((piece, t) => {
    const values = new Float32Array(size);
    banned.process(values, { sentence: 0, pieces: pieces.slice(0, t) });
    return values[piece] === 0;
  });
}

describe("banned phrases", () => {
  test.each([[["ab"]], [["ab", "c"]], [["b"]], [["ab c"]], [["a a"]]])(
    "%j: no translation has one as whole words",
    (phrases) => {
      const banned = new BannedPhrases(wordpieces, index, phrases);
      let allowed = 0;
      for (const pieces of sequences(4)) {
        if (!allows(banned, pieces)) continue;
        allowed++;
        const text = pieces
          .map((id) => wordpieces.pieceOf(id))
          .join("")
          .replaceAll("▁", " ");
        for (const phrase of phrases) {
          expect(` ${text} `).not.toMatch(new RegExp(`(?<![\\p{L}])${phrase}(?![\\p{L}])`, "u"));
        }
      }
      expect(allowed).toBeGreaterThan(100);
    },
  );

  test("what has none of their words is allowed, and longer words in pieces of their own", () => {
    const banned = new BannedPhrases(wordpieces, index, ["ab"]);
    const ids = (...pieces: string[]) => pieces.map((piece) => wordpieces.idOf(piece));
    expect(allows(banned, ids("▁abc"))).toBe(true);
    expect(allows(banned, ids("▁", "a", "c", "▁", "b"))).toBe(true);
    expect(allows(banned, ids("▁", "b", "a", "b"))).toBe(true);
    expect(allows(banned, ids("▁ab"))).toBe(false);
    expect(allows(banned, ids("▁", "a", "b"))).toBe(false);
    expect(allows(banned, ids("c", "▁ab▁c"))).toBe(false);
    expect(allows(banned, ids("▁a-b"))).toBe(true);
  });

  test("a phrase of white space alone bans nothing", () => {
    const values = new Float32Array(size);
    new BannedPhrases(wordpieces, index, [" ", ""]).process(values, { sentence: 0, pieces: [] });
    expect(values.every((value) => value === 0)).toBe(true);
  });
});

test("banned pieces are forbidden, others untouched", () => {
  const values = new Float32Array(5).fill(-1);
  new BannedPieces([1, 4]).process(values);
  expect([...values]).toEqual([-1, Number.NEGATIVE_INFINITY, -1, -1, Number.NEGATIVE_INFINITY]);
});

test("control pieces, <unk> and single bytes are not text; <0x41> of a vocabulary without bytes is", () => {
  const bytes = Object.assign(new ToyWordpieces(["<0x41>"]), { decode: () => "A" });
  const toy = new PieceIndex(bytes, bytes.pieces.length);
  for (const id of [1, 2, 3]) expect(toy.textOf(id)).toBe("");
  expect(toy.textOf(4)).toBe("▁");
});
