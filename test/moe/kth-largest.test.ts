/** Source of truth: sorting. */
import { expect, test } from "vitest";
import { kthLargest } from "../../src/moe/kth-largest.ts";
import { normals } from "../ops/finite-differences.ts";

const given: [string, (count: number) => number[]][] = [
  ["random", (count) => [...normals(1, count)]],
  ["few different", (count) => Array.from({ length: count }, (_, i) => (i * 7919) % 4)],
  ["equal", (count) => new Array<number>(count).fill(0.25)],
  ["ascending", (count) => Array.from({ length: count }, (_, i) => i)],
  ["descending", (count) => Array.from({ length: count }, (_, i) => -i)],
];

test.each(given)("is what stands there in sorted order: %s numbers", (_, numbers) => {
  for (const count of [1, 2, 3, 7, 64]) {
    const values = Float32Array.from(numbers(count));
    const sorted = values.toSorted().reverse();
    for (let k = 1; k <= count; k++) expect(kthLargest(values.slice(), k)).toBe(sorted[k - 1]);
  }
});
