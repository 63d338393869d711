/** Source of truth: log-probabilities in double precision (vocabulary-reference.ts), sorted. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { type BestPieces, vocabularyLogProbability, vocabularyTopK } from "../../src/ops/vocabulary-top-k.ts";
import { expectClose, expectSameBits } from "./finite-differences.ts";
import { composed, nativeVariants } from "./kernel-variants.ts";
import {
  type ProjectionCase,
  projectionCase,
  projectionTensors,
  referenceLogProbabilities,
} from "./vocabulary-reference.ts";

function topK(c: ProjectionCase, k: number): BestPieces {
  const projection = projectionTensors(c);
  const best = vocabularyTopK(projection, k);
  tf.dispose(Object.values(projection));
  return best;
}

function logProbability(c: ProjectionCase, targets: Int32Array): Float32Array {
  const projection = projectionTensors(c);
  const result = vocabularyLogProbability(projection, targets);
  tf.dispose(Object.values(projection));
  return result;
}

/** The k best of the definition: ids and log-probabilities, all rows in turn. */
function referenceTopK(c: ProjectionCase, k: number): { ids: number[]; logProbabilities: number[] } {
  const rows = Array.from({ length: c.rows }, (_, row) => {
    const all = [...referenceLogProbabilities(c, row)].map((logProbability, id) => ({ id, logProbability }));
    return all.sort((a, b) => b.logProbability - a.logProbability || a.id - b.id).slice(0, k);
  }).flat();
  return { ids: rows.map(({ id }) => id), logProbabilities: rows.map(({ logProbability }) => logProbability) };
}

/** Rows [from, to) as a case of their own. */
function rowsOf(c: ProjectionCase, from: number, to: number): ProjectionCase {
  return { ...c, rows: to - from, hidden: c.hidden.slice(from * c.width, to * c.width) };
}

const variants = [composed, ...(await nativeVariants())];

describe.each(variants)("$name", (variant) => {
  beforeAll(() => variant.use());

  it.each([
    ["one row, one piece", [1, 5, 9], 1],
    ["several rows", [13, 21, 203], 6],
    ["every piece", [3, 4, 70], 70],
    ["a vocabulary of one", [2, 3, 1], 1],
  ] as const)("finds the best pieces: %s", (_, [rows, width, vocabulary], k) => {
    const c = projectionCase(rows, width, vocabulary);
    const expected = referenceTopK(c, k);
    const { ids, logProbabilities } = topK(c, k);
    expect([...ids]).toEqual(expected.ids);
    expectClose(logProbabilities, expected.logProbabilities, 2e-6);
  });

  it("puts equal log-probabilities in ascending id order", () => {
    const c = projectionCase(2, 5, 150);
    const equal = [3, 40, 66, 149];
    for (const id of equal) {
      c.weights.set(c.weights.slice(0, c.width).map(Math.abs), id * c.width);
      c.bias[id] = 9;
    }
    c.hidden.set(c.hidden.map(Math.abs));
    expect([...topK(c, 3).ids]).toEqual([3, 40, 66, 3, 40, 66]);
    expect([...topK(c, 4).ids]).toEqual([...equal, ...equal]);
  });

  it("gives the log-probability of given pieces", () => {
    const c = projectionCase(11, 20, 131);
    const targets = Int32Array.from({ length: c.rows }, (_, row) => (row * 13) % c.vocabulary);
    const expected = Array.from(targets, (target, row) => referenceLogProbabilities(c, row)[target]!);
    expectClose(logProbability(c, targets), expected, 2e-6);
  });
});

const native = variants.filter(({ isa }) => isa !== undefined);

describe.each(native.filter(({ threads }) => threads === 2))("bits of $isa", ({ isa, use }) => {
  const c = projectionCase(17, 40, 1000);
  const k = 5;
  const targets = Int32Array.from({ length: c.rows }, (_, row) => row * 50);

  it("do not depend on threads or companions, and both functions agree", async () => {
    await native.find((variant) => variant.isa === isa && variant.threads === 1)!.use();
    const one = topK(c, k);
    const alone = Array.from({ length: c.rows }, (_, row) => topK(rowsOf(c, row, row + 1), k));
    const scores = logProbability(c, targets);
    await use();
    const two = topK(c, k);
    expect(two.ids).toEqual(one.ids);
    expectSameBits(two.logProbabilities, one.logProbabilities);
    alone.forEach(({ ids, logProbabilities }, row) => {
      expect(two.ids.slice(row * k, (row + 1) * k)).toEqual(ids);
      expectSameBits(two.logProbabilities.slice(row * k, (row + 1) * k), logProbabilities);
    });
    expectSameBits(logProbability(c, targets), scores);
    const best = Int32Array.from({ length: c.rows }, (_, row) => two.ids[row * k]!);
    expectSameBits(
      logProbability(c, best),
      two.logProbabilities.filter((_, i) => i % k === 0),
    );
  });
});
