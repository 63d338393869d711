/** Source of truth: the definitions, tried on every hypothesis of a few pieces. */
import { describe, expect, test } from "vitest";
import type { LogitsProcessor } from "../../../src/decoding/processors/processor.ts";
import { LoopBlock, NgramBlock, RepetitionPenalty } from "../../../src/decoding/processors/repetition.ts";

const PIECES = 3;

function* hypotheses(longest: number, pieces: number[] = []): Generator<number[]> {
  yield pieces;
  if (pieces.length === longest) return;
  for (let piece = 0; piece < PIECES; piece++) yield* hypotheses(longest, [...pieces, piece]);
}

/** Pieces that may not follow. */
function forbidden(processor: LogitsProcessor, pieces: readonly number[]): number[] {
  const values = new Float32Array(PIECES).fill(-1);
  processor.process(values, { sentence: 0, pieces });
  return [...values.keys()].filter((piece) => values[piece] === Number.NEGATIVE_INFINITY);
}

test("the repetition penalty multiplies each piece of the hypothesis once", () => {
  const values = Float32Array.of(-1, -2, -3);
  new RepetitionPenalty(1.5).process(values, { sentence: 0, pieces: [2, 0, 2] });
  expect([...values]).toEqual([-1.5, -2, -4.5]);
});

describe("n-gram blocking", () => {
  test.each([
    [1, []],
    [2, []],
    [3, []],
    [2, [1]],
    [3, [0, 2]],
  ])("%i-grams, ignoring %j: forbidden is what would repeat one", (order, ignored) => {
    const processor = new NgramBlock(order, ignored);
    let blocked = 0;
    for (const pieces of hypotheses(6)) {
      const expected = [...Array(PIECES).keys()].filter((next) => {
        const grams = [...pieces, next]
          .map((_, i, all) => all.slice(i, i + order))
          .filter(({ length }) => length === order);
        const last = grams.at(-1);
        if (last === undefined || last.some((piece) => (ignored as number[]).includes(piece))) return false;
        return grams.slice(0, -1).some((gram) => gram.join() === last.join());
      });
      expect(forbidden(processor, pieces)).toEqual(expected);
      blocked += expected.length;
    }
    expect(blocked).toBeGreaterThan(40);
  });
});

test.each([1, 2, 3])("loops: no run of pieces comes more than %i times in a row", (most) => {
  const processor = new LoopBlock(most);
  let blocked = 0;
  for (const pieces of hypotheses(7)) {
    const expected = [...Array(PIECES).keys()].filter((next) =>
      [1, 2, 3, 4].some((period) => {
        const run = [...pieces, next].slice(-period * (most + 1));
        return run.length === period * (most + 1) && run.every((piece, i) => piece === run[i % period]);
      }),
    );
    expect(forbidden(processor, pieces)).toEqual(expected);
    blocked += expected.length;
  }
  expect(blocked).toBeGreaterThan(40);
});
