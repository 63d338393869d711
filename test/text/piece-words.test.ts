/** Source of truth: words counted by hand, and SentencePiece's rule that ▁ stands for a space. */
import { expect, test } from "vitest";
import { linePieceWords, pieceWords } from "../../src/text/piece-words.ts";
import type { Wordpieces } from "../../src/text/wordpieces.ts";
import { ToyWordpieces } from "../decoding/toy-wordpieces.ts";

function wordsOf(pieces: readonly string[]) {
  const textOf = (count: number) => pieces.slice(0, count).join("").replaceAll("▁", " ");
  const { words, first, last } = pieceWords(pieces.length, textOf);
  return {
    words,
    spans: Array.from(first, (from, t) => (from === last[t] ? `${from}` : `${from}-${last[t]}`)).join(" "),
  };
}

test.each([
  ["▁Ein ▁Hund ▁renn t .", 3, "0 1 2 2 2"],
  ["Ein ▁Hund", 2, "0 1"],
  ["▁ Hund ▁ s ▁", 2, "0 0 1 1 1"],
  ["Hund▁ renn t▁ .", 3, "0 1 1 2"],
  ["▁of▁the ▁New er▁York s", 4, "0-1 2 2-3 3"],
  ["▁ ▁ a", 1, "0 0 0"],
  ["▁ ▁", 0, "-1 -1"],
  ["", 0, "-1"],
])("words of %j", (pieces, words, spans) => {
  expect(wordsOf(pieces.split(" "))).toEqual({ words, spans });
});

test("bytes of one character are of its word, those of a space of the word before", () => {
  // 😀 in four pieces after "a", then U+3000, a space of three bytes, then "b".
  const prefixes = ["a", "a\ufffd", "a\ufffd\ufffd", "a\ufffd\ufffd\ufffd", "a😀"];
  const space = ["a😀\ufffd", "a😀\ufffd\ufffd", "a😀\u3000", "a😀\u3000b"];
  const texts = [...prefixes, ...space];
  const { words, first, last } = pieceWords(texts.length, (count) => texts[count - 1]!);
  expect([words, [...first], [...last]]).toEqual([2, [0, 0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0, 0, 1]]);
});

test("pieces of a source, whatever white space it has", () => {
  const wordpieces = new ToyWordpieces(["the"]);
  // the | ▁ a b | ▁ Z a | the
  const { words, first, last } = linePieceWords("  the\tab  Za the ", wordpieces);
  expect([words, [...first], [...last]]).toEqual([4, [0, 1, 1, 1, 2, 2, 2, 3], [0, 1, 1, 1, 2, 2, 2, 3]]);
});

test("a word that normalisation makes two of, and one that it makes none of, are counted as they stand in the line", () => {
  // As NFKC does with ¨, a space and a combining mark, and SentencePiece with control characters.
  const normalised = (text: string) => text.replaceAll("¨", " ̈").replaceAll("\u0001", "").trim().replace(/ +/g, " ");
  const wordpieces = {
    encodePieces: (text: string) =>
      normalised(text) === ""
        ? []
        : normalised(text)
            .split(" ")
            .map((word) => `▁${word}`),
  } as Wordpieces;
  const { words, first } = linePieceWords("a x¨y \u0001 b", wordpieces);
  expect([words, [...first]]).toEqual([4, [0, 1, 1, 3]]);
});
