/** Source of truth: shares and means counted by hand. */
import { expect, test } from "vitest";
import { wordMeans, wordShares } from "../../src/inspection/word-shares.ts";

// "ab cd." in pieces "ab", " ", "cd.": words ab, cd and the full stop.
const words = [
  { start: 0, end: 2 },
  { start: 3, end: 5 },
  { start: 5, end: 6 },
];
const pieces = [
  { start: 0, end: 2 },
  { start: 2, end: 3 },
  { start: 3, end: 6 },
  { start: 6, end: 7 },
];
const shares = wordShares(pieces, words);

test("pieces are parted by characters; one between words is of the next word, one after them of the last", () => {
  expect(shares).toEqual([
    [{ word: 0, share: 1 }],
    [{ word: 1, share: 1 }],
    [
      { word: 1, share: 2 / 3 },
      { word: 2, share: 1 / 3 },
    ],
    [{ word: 2, share: 1 }],
  ]);
  expect(wordShares(pieces, [])).toEqual([[], [], [], []]);
});

test("rows of words are means of their pieces' rows", () => {
  const rows = [Float32Array.of(1, 0), Float32Array.of(0, 1), Float32Array.of(1, 0), Float32Array.of(0, 1)];
  const means = wordMeans((piece) => rows[piece]!, shares, 3, 2);
  const expected = [
    [1, 0],
    [0.4, 0.6],
    [0.25, 0.75],
  ];
  means.forEach((mean, word) => {
    mean.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[word]![i]!, 6);
    });
  });
  expect(wordMeans((piece) => rows[piece]!, [], 1, 2)).toEqual([Float32Array.of(0, 0)]);
});
