/** Source of truth: sums and links worked out by hand; Pharaoh's form, and Marian's `--alignment` for what a threshold means. */
import { describe, expect, test } from "vitest";
import { alignmentAbove, hardAlignment, wordAlignment } from "../../../src/decoding/words/word-alignment.ts";
import { wordScores } from "../../../src/decoding/words/word-scores.ts";
import { pieceWords } from "../../../src/text/piece-words.ts";

function words(text: string) {
  const pieces = text.split(" ");
  return pieceWords(pieces.length, (count) => pieces.slice(0, count).join("").replaceAll("▁", " "));
}

const row = (...weights: number[]) => Float32Array.from(weights);

describe("word alignment", () => {
  // Positions: tag | ▁a b | ▁c | </s>.
  const source = words("▁a b ▁c");

  test("sums source pieces, takes the mean of target pieces, leaves out tag and </s> on both sides", () => {
    const attention = [
      row(0.25, 0.25, 0.125, 0.125, 0.25),
      row(0, 0.5, 0.25, 0.25, 0),
      row(0.5, 0, 0, 0.5, 0),
      row(0, 0, 0, 0, 1),
    ];
    const found = wordAlignment(attention, words("▁x y ▁z"), source, 1);
    expect(found.map((each) => [...each])).toEqual([
      [(0.375 + 0.75) / 2, (0.125 + 0.25) / 2],
      [0, 0.5],
    ]);
  });

  test("a piece of two words counts for both on the target's side, and half for each on the source's", () => {
    const found = wordAlignment([row(0.75, 0.25)], words("▁of▁the"), words("▁a▁b ▁c"), 0);
    expect(found.map((each) => [...each])).toEqual([
      [0.375, 0.375, 0.25],
      [0.375, 0.375, 0.25],
    ]);
  });

  test("of no words there are no links", () => {
    expect(wordAlignment([row(1)], words("▁"), source, 0)).toEqual([]);
    expect(hardAlignment([row()])).toEqual([]);
  });
});

describe("links", () => {
  const alignment = [row(0.1, 0.6, 0.3), row(0.5, 0.5, 0), row(0.9, 0.05, 0.05)];

  test("hard: the best source word of each target word, the first of equals, in the order of source words", () => {
    expect(hardAlignment(alignment)).toEqual([
      { source: 0, target: 1 },
      { source: 0, target: 2 },
      { source: 1, target: 0 },
    ]);
  });

  test("those whose weights exceed a threshold", () => {
    expect(alignmentAbove(alignment, 0.5).map(({ source, target }) => `${source}-${target}`)).toEqual(["0-2", "1-0"]);
    expect(alignmentAbove(alignment, 0.25).map(({ source, target }) => `${source}-${target}`)).toEqual([
      "0-1",
      "0-2",
      "1-0",
      "1-1",
      "2-0",
    ]);
  });
});

test("a word's score is the sum of its pieces'; </s> has one of its own where it was reached", () => {
  expect(wordScores([-1, -2, -4, -8], words("▁x y ▁z"))).toEqual([-3, -4, -8]);
  expect(wordScores([-1, -2, -4], words("▁x y ▁z"))).toEqual([-3, -4]);
  expect(wordScores([-0.5], words("▁"))).toEqual([]);
  expect(wordScores([-1, -2], words("▁of▁the"))).toEqual([-1, 0, -2]);
});
