// Source of truth: rates, ratios and shares by hand.
import { expect, test } from "vitest";
import { type Measured, measuredRows } from "../../../bench/decode/measured.ts";

const setting = { mode: "", processes: 1, threads: 2 };
const shared = { version: "x 1.0", beam: 1, setting, batch: 64, readySeconds: 1.234 };

/** Translations of words with a piece for each. */
function outputs(...texts: string[]): Measured["outputs"] {
  return new Map(texts.map((text, i) => [i, { text, pieces: text.split(" ").map((word) => word.charCodeAt(0)) }]));
}

const ours: Measured = {
  ...{ ...shared, name: "ours", precision: "f32", seconds: [2, 1, 4], outputs: outputs("a b c", "d", "e f", "g h") },
};

test("rates are those of the median round", () => {
  expect(measuredRows([ours])).toEqual([
    {
      ...{ who: "ours", precision: "f32", search: "greedy", setting: "2 threads, batch 64" },
      ...{ sentences_s: 2, words_s: 4, pieces_s: 4, ready_s: 1.23 },
    },
  ]);
});

test("the ratio is the median over the rounds of one beside the other, the share that of equal translations", () => {
  // Theirs over ours: 2, 6, 1.5 times as long.
  const theirs = { ...ours, name: "PyTorch", seconds: [4, 6, 6], outputs: outputs("a b c", "d", "e x", "g h") };
  expect(measuredRows([ours, theirs])[1]).toMatchObject({ who: "PyTorch", ours_over: 2, equal_percent: 75 });
});

test("the ratio is one of words: who writes half as many is half as fast in the same time", () => {
  const theirs = { ...ours, name: "PyTorch", outputs: outputs("a", "d", "e", "g") };
  expect(measuredRows([ours, theirs])[1]).toMatchObject({ ours_over: 2, words_s: 2, sentences_s: 2 });
});

test("a contender is held against ours with the same beam and precision, else against our first, as are our others", () => {
  const beam5 = { ...ours, beam: 5, seconds: [10, 10, 10] };
  const bf16 = { ...ours, precision: "bf16", seconds: [1, 1, 1] };
  const peer = (precision: string, beam: number) => ({ ...ours, name: "P", precision, beam, seconds: [20, 20, 20] });
  const rows = measuredRows([ours, bf16, beam5, peer("bf16", 1), peer("int8", 5), peer("int8", 1)]);
  expect(rows.map((row) => row["ours_over"])).toEqual([undefined, 0.5, undefined, 20, 2, 10]);
  expect(rows.map((row) => row["search"])).toEqual(["greedy", "greedy", "beam 5", "greedy", "beam 5", "greedy"]);
});

test("a peer with pieces of its own has no rate of pieces and no share; words of its pieces are those begun by ▁", () => {
  const pieces = new Map([[0, { text: "▁Ein ▁Hu nd" }]]);
  const [, row] = measuredRows([ours, { ...ours, name: "Marian", seconds: [1, 1, 1], outputs: pieces }]);
  expect(row).toMatchObject({ words_s: 2, sentences_s: 1, pieces_s: undefined, equal_percent: undefined });
});
