// Source of truth: rates and shares by hand, from given work and times; nothing is timed.
import { expect, test } from "vitest";
import { formatFigures } from "../../bench/figures.ts";
import { againstLimits, median, timeWithLimits } from "../../bench/measure.ts";

test("the median of an odd number is the middle one, of an even number the mean of the two", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 6])).toBe(5.5);
  expect(median([7])).toBe(7);
});

const limits = { gflops: 200, gigabytes: 20 };

test("work bound by arithmetic is held against the arithmetic peak", () => {
  // 1 GFLOP takes 5 ms at the peak, 10 MB take 0.5 ms.
  const figures = againstLimits({ flops: 1e9, bytes: 1e7 }, [{ ms: 10, limits }]);
  expect(figures).toEqual({ ms: 10, gflops: 100, gb_s: 1, limit: "arithmetic", share: 50 });
});

test("work bound by memory is held against its bandwidth", () => {
  // 0.2 GFLOP take 1 ms, 160 MB take 8 ms.
  const figures = againstLimits({ flops: 2e8, bytes: 1.6e8 }, [{ ms: 10, limits }]);
  expect(figures).toEqual({ ms: 10, gflops: 20, gb_s: 16, limit: "memory", share: 80 });
});

test("a sample is held against the limits of its own time", () => {
  // 1 GFLOP takes 5 ms at the peak; twice as long where other programs halve it.
  const busy = { ...limits, gflops: 100 };
  const samples = [
    { ms: 10, limits },
    { ms: 20, limits: busy },
    { ms: 20, limits: busy },
  ];
  expect(againstLimits({ flops: 1e9, bytes: 0 }, samples)).toMatchObject({ ms: 20, gflops: 50, share: 50 });
});

test("a sample's limits are the mean of those before and after it", () => {
  const measured = [100, 200, 400].map((gflops) => ({ gflops, gigabytes: 20 }));
  const samples = timeWithLimits({ limitsNow: () => measured.shift()! }, () => {}, 2);
  expect(samples.map((sample) => sample.limits.gflops)).toEqual([150, 300]);
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
