/** Source of truth: expected links counted by hand from two small lexicons. */
import { describe, expect, it } from "vitest";
import type { Lexicon } from "../../src/alignment/lexicon.ts";
import { candidateRows } from "../../src/shortlist/candidate-rows.ts";
import { EOS } from "../alignment/sentences.ts";

const PIECES = 10;
const all = { best: PIECES, threshold: 0 };

/** Rows by given piece: what it is expected to generate, how often. */
function lexicon(rows: Readonly<Record<number, readonly (readonly [id: number, count: number])[]>>): Lexicon {
  const width = 4;
  const result: Lexicon = {
    pieces: PIECES,
    width,
    ids: new Int32Array(PIECES * width),
    probabilities: new Float32Array(PIECES * width),
    entries: new Int32Array(PIECES),
    totals: new Float32Array(PIECES),
  };
  for (const [given, row] of Object.entries(rows)) {
    const total = row.reduce((sum, [, count]) => sum + count, 0);
    result.entries[Number(given)] = row.length;
    result.totals[Number(given)] = total;
    for (const [e, [id, count]] of row.entries()) {
      result.ids[Number(given) * width + e] = id;
      result.probabilities[Number(given) * width + e] = count / total;
    }
  }
  return result;
}

const forward = lexicon({
  4: [
    [6, 1],
    [7, 5],
    [8, 2],
  ],
  [EOS]: [[6, 8]],
});
const backward = lexicon({
  6: [
    [4, 4],
    [5, 4],
  ],
  8: [[4, 4]],
  9: [[4, 8]],
  [EOS]: [[4, 64]],
});

const rowsOf = (options: Partial<typeof all>) => {
  const { starts, targets, probabilities } = candidateRows(forward, backward, EOS, { ...all, ...options });
  return Array.from({ length: PIECES }, (_, source) =>
    Array.from({ length: starts[source + 1]! - starts[source]! }, (_, i) => {
      const at = starts[source]! + i;
      return [targets[at], probabilities[at]];
    }),
  );
};

describe("candidateRows", () => {
  it("orders by the links that both directions expect together, equal ones by id, and leaves the empty words out", () => {
    const rows = rowsOf({});
    expect(rows[4]).toEqual([
      [9, expect.closeTo(8 / 24, 6)],
      [8, expect.closeTo(6 / 24, 6)],
      [6, expect.closeTo(5 / 24, 6)],
      [7, expect.closeTo(5 / 24, 6)],
    ]);
    expect(rows[5]).toEqual([[6, 1]]);
    expect(rows.filter((_, source) => source !== 4 && source !== 5).flat()).toEqual([]);
  });

  it("keeps the best ones", () => {
    const rows = rowsOf({ best: 2 });
    expect(rows[4]!.map(([id]) => id)).toEqual([9, 8]);
    expect(rows[4]![0]![1]).toBeCloseTo(8 / 24, 6);
    expect(rows[5]!.map(([id]) => id)).toEqual([6]);
  });

  it("keeps those of the threshold's share or more", () => {
    expect(rowsOf({ threshold: 0.25 })[4]!.map(([id]) => id)).toEqual([9, 8]);
    expect(rowsOf({ threshold: 0.26 })[4]!.map(([id]) => id)).toEqual([9]);
    expect(rowsOf({ threshold: 1 })[5]!.map(([id]) => id)).toEqual([6]);
  });
});
