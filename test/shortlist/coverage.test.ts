/** Source of truth: three sentences counted by hand. */
import { expect, it } from "vitest";
import { meanOfBatches, measureCoverage } from "../../src/shortlist/coverage.ts";
import { Shortlist } from "../../src/shortlist/shortlist.ts";
import { EOS, vocabulary } from "./random-shortlist.ts";

/** Piece 10 is translated by 20 or 21, piece 11 by 22; 30 is frequent. */
const content = {
  starts: Int32Array.from({ length: 41 }, (_, piece) => (piece <= 10 ? 0 : piece === 11 ? 2 : 3)),
  targets: Int32Array.of(20, 21, 22),
  probabilities: Float32Array.of(0.5, 0.5, 1),
  frequent: Int32Array.of(30),
};
const shortlist = new Shortlist(content, vocabulary(40, false));
const [one, two, three] = [Int32Array.of(10, EOS), Int32Array.of(11, EOS), Int32Array.of(10, 11, EOS)];

it("counts reference pieces and whole references that are candidates of their own sentence", () => {
  const pairs = [
    { source: one, target: Int32Array.of(20, 21, 30) },
    { source: two, target: Int32Array.of(20, 22, 11) },
    { source: three, target: Int32Array.of(20, 35, 35, 22) },
    { source: two, target: new Int32Array(0) },
  ];
  expect(measureCoverage(shortlist, pairs)).toEqual({
    sentences: 4,
    pieces: 10,
    covered: 7,
    whole: 2,
    // </s>, <unk> and 30; then 10, 20, 21; or 11, 22; or all five.
    candidates: (6 + 5 + 8 + 5) / 4,
  });
  expect(measureCoverage(shortlist, [])).toEqual({ sentences: 0, pieces: 0, covered: 0, whole: 0, candidates: 0 });
});

it("means the union's size over batches", () => {
  expect(meanOfBatches(shortlist, [[one, two], [two]])).toBe((8 + 5) / 2);
  expect(meanOfBatches(shortlist, [])).toBe(0);
});
