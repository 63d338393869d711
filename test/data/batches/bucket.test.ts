// Source of truth: the promises of bucket.ts: every pair once, sizes within the limit, lengths alike, order by the seed.
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { type BatchingOptions, cutBatches, type PairLengths } from "../../../src/data/batches/bucket.ts";

const PAIRS = 3000;
const random = new Random(11);
const sources = Array.from({ length: PAIRS }, () => 2 + random.integer(40));
const targets = sources.map((length) => Math.max(1, length + random.integer(9) - 4));
const lengths: PairLengths = { source: (pair) => sources[pair]!, target: (pair) => targets[pair]! };
const order = new Random(12).shuffle(Int32Array.from({ length: PAIRS }, (_, i) => i));

function cut(options: Partial<BatchingOptions>, seed = 1): Int32Array[] {
  const whole = { batchType: "tokens" as const, batchSize: 300, bucketSize: 500, ...options };
  return [...cutBatches(order, lengths, whole, new Random(seed))];
}
const positions = (batch: Int32Array, side: number[]) => batch.reduce((sum, pair) => sum + side[pair]!, 0);
const size = (batch: Int32Array) => Math.max(positions(batch, sources), positions(batch, targets));

describe.each(["tokens", "sentences"] as const)("batches of %s", (batchType) => {
  const batchSize = batchType === "tokens" ? 300 : 16;

  test("hold every pair once", () => {
    const pairs = cut({ batchType, batchSize }).flatMap((batch) => [...batch]);
    expect(pairs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: PAIRS }, (_, i) => i));
  });

  test("are never over the size, and only the last bucket of an epoch leaves a small one", () => {
    const sizes = cut({ batchType, batchSize }).map((batch) => (batchType === "tokens" ? size(batch) : batch.length));
    for (const each of sizes) expect(each).toBeLessThanOrEqual(batchSize);
    const small = batchType === "tokens" ? batchSize / 2 : batchSize;
    expect(sizes.filter((each) => each < small).length).toBeLessThanOrEqual(1);
  });

  test("depend on the seed alone", () => {
    expect(cut({ batchType, batchSize })).toEqual(cut({ batchType, batchSize }));
    expect(cut({ batchType, batchSize })).not.toEqual(cut({ batchType, batchSize }, 2));
  });
});

test("lengths within a batch are alike, and their order over the batches is random", () => {
  const batches = cut({});
  const spread = batches.map(
    (batch) => Math.max(...batch.map((pair) => targets[pair]!)) - Math.min(...batch.map((pair) => targets[pair]!)),
  );
  // 500 sorted lengths from 1 to 45 make about 11 of each.
  expect(spread.reduce((a, b) => a + b, 0) / spread.length).toBeLessThan(4);
  const means = batches.map((batch) => positions(batch, targets) / batch.length);
  const rising = means.filter((mean, i) => i > 0 && mean > means[i - 1]!).length / means.length;
  expect(rising).toBeGreaterThan(0.3);
  expect(rising).toBeLessThan(0.7);
});

test("pairs of one length stay in their random order", () => {
  const alike: PairLengths = { source: () => 5, target: () => 5 };
  const options = { batchType: "sentences" as const, batchSize: 100, bucketSize: PAIRS };
  const batches = [...cutBatches(order, alike, options, new Random(1))];
  const first = [...order].indexOf(batches[0]![0]!);
  expect(batches[0]).toEqual(order.slice(first, first + 100));
  expect(batches).toHaveLength(PAIRS / 100);
});

test("only a batch that is less than half full waits for the next bucket", () => {
  const alike: PairLengths = { source: () => 5, target: () => 5 };
  const sizes = (bucketSize: number) =>
    [
      ...cutBatches(
        order.slice(0, 2 * bucketSize),
        alike,
        { batchType: "tokens", batchSize: 50, bucketSize },
        new Random(1),
      ),
    ]
      .map(({ length }) => length)
      .sort((a, b) => b - a);
  // Ten pairs fill a batch: four wait and fill one with those after them, five are a batch in either bucket.
  expect(sizes(14)).toEqual([10, 10, 8]);
  expect(sizes(15)).toEqual([10, 10, 5, 5]);
});

test("a pair over the size makes a batch of its own", () => {
  const batches = cut({ batchSize: 20 });
  for (const batch of batches) if (batch.length > 1) expect(size(batch)).toBeLessThanOrEqual(20);
  expect(batches.some((batch) => size(batch) > 20)).toBe(true);
});

describe("by hand", () => {
  /** Batches of pairs 0, 1, … with these lengths, in the order of their first pairs. */
  function batchesOf(source: number[], target: number[], options: Partial<BatchingOptions>): number[][] {
    const whole = { batchType: "sentences" as const, batchSize: 2, bucketSize: 100, ...options };
    const some: PairLengths = { source: (pair) => source[pair]!, target: (pair) => target[pair]! };
    const all = Int32Array.from(source, (_, i) => i);
    return [...cutBatches(all, some, whole, new Random(1))].map((batch) => [...batch]).sort((a, b) => a[0]! - b[0]!);
  }

  test("pairs are sorted by target length, then source length, and equal ones keep their order", () => {
    expect(batchesOf([1, 1, 9, 1, 5, 5], [2, 1, 1, 2, 1, 1], { batchSize: 100 })).toEqual([[1, 4, 5, 2, 0, 3]]);
    // Enough for a sort that is only stable up to some size, or by accident.
    const many = new Array(700).fill(3);
    expect(batchesOf(many, many, { batchSize: 1000, bucketSize: 1000 })[0]).toEqual(many.map((_, i) => i));
  });

  test("of a bucket, a last batch under half the tokens waits for the next one; the end of an epoch keeps its own", () => {
    // Buckets of 3 pairs and batches of up to 10 tokens a side.
    const cut = (target: number[]) =>
      batchesOf(
        target.map(() => 1),
        target,
        { batchType: "tokens", batchSize: 10, bucketSize: 3 },
      );
    // 4 + 4 leaves 4, which waits and goes on with 2 + 2 + 2; 5 is half a batch and does not wait.
    expect(cut([4, 4, 4, 2, 2, 2])).toEqual([
      [0, 1],
      [3, 4, 5, 2],
    ]);
    expect(cut([4, 4, 5, 2, 2, 2])).toEqual([[0, 1], [2], [3, 4, 5]]);
  });

  test("which half is of the longer side", () => {
    const source = [1, 1, 7, 2, 2, 2];
    const target = [5, 5, 1, 2, 2, 2];
    // Sorted by target: pair 2, whose source has 7, and one 5 make a batch; the other 5 is half a batch.
    const options = { batchType: "tokens", batchSize: 10, bucketSize: 3 } as const;
    expect(batchesOf(source, target, options)).toEqual([[1], [2, 0], [3, 4, 5]]);
    // Were the last one's source 4 and its target 4, it would wait.
    expect(batchesOf([1, 1, 7, 2, 2, 2], [4, 4, 3, 1, 1, 1], options)).toEqual([
      [2, 0],
      [3, 4, 5, 1],
    ]);
  });

  test("of sentences, a batch that is not full waits", () => {
    expect(batchesOf([1, 1, 1, 1], [1, 2, 3, 4], { batchSize: 2, bucketSize: 3 })).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(batchesOf([1, 1, 1, 1], [1, 2, 3, 4], { batchSize: 2, bucketSize: 2 })).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });
});
