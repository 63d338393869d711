/** Source of truth: sorting; counting what exceeds each possible threshold. */
import { describe, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { fitThreshold, kthLargest } from "../../src/moe/order-statistics.ts";
import { normals } from "../ops/finite-differences.ts";

const above = (shares: Float32Array, threshold: number) => shares.filter((share) => share > threshold).length;

describe("a fitted threshold", () => {
  test("is exceeded by as near to the wanted number as equal shares allow", () => {
    const random = new Random(4);
    for (let round = 0; round < 200; round++) {
      const values = 1 + random.integer(12);
      const shares = Float32Array.from({ length: 40 }, () => (1 + random.integer(values)) / 16);
      const possible = [0, ...shares].map((threshold) => above(shares, threshold));
      for (let count = 1; count < shares.length; count++) {
        const taken = above(shares, fitThreshold(shares.slice(), count));
        const nearest = Math.min(...possible.map((each) => Math.abs(each - count)));
        expect(Math.abs(taken - count)).toBe(nearest);
      }
    }
  });

  test("lies in the middle between two shares, or in the gap where that is the upper one", () => {
    expect(fitThreshold(Float32Array.of(0.5, 0.125, 0.25), 1)).toBe(0.375);
    expect(fitThreshold(Float32Array.of(0.5, 0.125, 0.25), 2)).toBe(0.1875);
    const next = 0.5 + 2 ** -24;
    expect(fitThreshold(Float32Array.of(next, 0.5), 1)).toBe(0.5);
    expect(fitThreshold(Float32Array.of(0.5 - 2 ** -25, 0.5), 1)).toBe(0.5 - 2 ** -25);
  });

  test("takes all of many equal shares rather than none where that is as near or nearer", () => {
    const tied = Float32Array.of(0.25, 0.25, 0.25, 0.125, 0.125);
    expect(fitThreshold(tied.slice(), 1)).toBe(0.625);
    expect(fitThreshold(tied.slice(), 2)).toBe(0.1875);
    expect(fitThreshold(Float32Array.of(0.25, 0.25, 0.125), 1)).toBe(0.1875);
    expect(fitThreshold(Float32Array.of(0.25, 0.25), 1)).toBe(0.125);
  });
});

const given: [string, (count: number) => number[]][] = [
  ["random", (count) => [...normals(1, count)]],
  ["few different", (count) => Array.from({ length: count }, (_, i) => (i * 7919) % 4)],
  ["equal", (count) => new Array<number>(count).fill(0.25)],
  ["ascending", (count) => Array.from({ length: count }, (_, i) => i)],
  ["descending", (count) => Array.from({ length: count }, (_, i) => -i)],
];

test.each(given)("the k-th largest is what stands there in sorted order: %s numbers", (_, numbers) => {
  for (const count of [1, 2, 3, 7, 64]) {
    const values = Float32Array.from(numbers(count));
    const sorted = values.toSorted().reverse();
    for (let k = 1; k <= count; k++) expect(kthLargest(values.slice(), k)).toBe(sorted[k - 1]);
  }
});
