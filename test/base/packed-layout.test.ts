/** Source of truth: a padded grid, packed by hand: sentences "abcd", "xy", "pqr", time-major, longest first. */
import { describe, expect, it } from "vitest";
import {
  packedLayout,
  rankByLength,
  sentenceLengths,
  sentenceRows,
  timeOffsets,
} from "../../src/base/packed-layout.ts";

const sentences = ["abcd", "xy", "pqr"];
const ranked = ["abcd", "pqr", "xy"];
/** a p x, b q y, c r, d */
const rows = "apxbqycrd";
const layout = packedLayout(ranked.map((sentence) => sentence.length));

describe("packed layout", () => {
  it("ranks longest first and keeps the order of equal lengths", () => {
    expect([...rankByLength(sentences.map((sentence) => sentence.length))]).toEqual([0, 2, 1]);
    expect([...rankByLength([2, 5, 2, 5, 2])]).toEqual([1, 3, 0, 2, 4]);
  });

  it("counts the sentences alive at each time, and where its rows begin", () => {
    expect([...layout.batchSizes]).toEqual([3, 3, 2, 1]);
    expect([...timeOffsets(layout)]).toEqual([0, 3, 6, 8, 9]);
    expect([...sentenceLengths(layout)]).toEqual([4, 3, 2]);
  });

  it("lists the rows of each sentence in time order", () => {
    const text = (groups: { rows: Int32Array; offsets: Int32Array }) =>
      Array.from({ length: groups.offsets.length - 1 }, (_, g) =>
        [...groups.rows.subarray(groups.offsets[g]!, groups.offsets[g + 1]!)].map((row) => rows[row]).join(""),
      );
    expect(text(sentenceRows(layout))).toEqual(ranked);
    expect(text(sentenceRows(layout, Int32Array.of(0, 2, 1)))).toEqual(sentences);
  });

  it("holds empty batches and sentences without tokens", () => {
    expect([...timeOffsets(packedLayout([]))]).toEqual([0]);
    const ragged = packedLayout([2, 0]);
    expect([...ragged.batchSizes]).toEqual([1, 1]);
    expect([...sentenceRows(ragged, Int32Array.of(0)).offsets]).toEqual([0, 2]);
  });
});
