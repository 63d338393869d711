// Source of truth: rates and shares by hand, from given work and times; nothing is timed.
import { expect, test } from "vitest";
import { formatFigures } from "../../bench/figures.ts";
import { againstLimits, median } from "../../bench/measure.ts";

test("the median of an odd number is the middle one, of an even number the mean of the two", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 6])).toBe(5.5);
  expect(median([7])).toBe(7);
});

const limits = { gflops: 200, gigabytes: 20 };

test("work bound by arithmetic is held against the arithmetic peak", () => {
  // 1 GFLOP takes 5 ms at the peak, 10 MB take 0.5 ms.
  const figures = againstLimits({ flops: 1e9, bytes: 1e7 }, 10, limits);
  expect(figures).toEqual({ ms: 10, gflops: 100, gb_s: 1, limit: "arithmetic", share: 50 });
});

test("work bound by memory is held against its bandwidth", () => {
  // 0.2 GFLOP take 1 ms, 160 MB take 8 ms.
  const figures = againstLimits({ flops: 2e8, bytes: 1.6e8 }, 10, limits);
  expect(figures).toEqual({ ms: 10, gflops: 20, gb_s: 16, limit: "memory", share: 80 });
});

test("figures are printed as lines, and rows as a table of every key that any of them has", () => {
  const text = formatFigures({
    isa: "avx2",
    threads: 2,
    note: undefined,
    rows: [
      { n: 4, ms: 1.5 },
      { n: 16, why: "-" },
    ],
  });
  expect(text).toBe(["isa      avx2", "threads  2", "", "n    ms  why", "4   1.5", "16         -"].join("\n"));
});
