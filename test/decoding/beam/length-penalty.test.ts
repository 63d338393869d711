/** Source of truth: Wu et al. 2016, equation 14, worked out by hand (lp(7) with α = 1 is 12 / 6 and so on). */
import { expect, test } from "vitest";
import { bestReachableScore, coveragePenalty, lengthPenalty } from "../../../src/decoding/beam/length-penalty.ts";

test.each([
  // length, α, lp
  [1, 0, 1],
  [1, 0.6, 1],
  [7, 1, 2],
  [13, 1, 3],
  [19, 0.5, 2],
  [25, 0.6, 5 ** 0.6],
  [7, -1, 0.5],
])("lp of %i pieces with α = %d", (length, alpha, expected) => {
  expect(lengthPenalty(length, alpha)).toBeCloseTo(expected, 12);
});

test.each([
  // attention received by each source position, β, cp
  [[1, 1, 1], 0.2, 0],
  [[1.7, 2.5], 0.2, 0],
  [[0.5, 1], 1, -Math.LN2],
  [[0.5, 0.25, 3], 0.2, 0.2 * (-Math.LN2 - 2 * Math.LN2)],
  [[0.1], 0, 0],
])("cp of attention %j with β = %d", (coverage, beta, expected) => {
  expect(coveragePenalty(coverage, beta)).toBeCloseTo(expected, 12);
});

test("a position that was never attended to costs much, but not infinity", () => {
  const penalty = coveragePenalty([0, 1], 0.2);
  expect(penalty).toBeLessThan(-4);
  expect(Number.isFinite(penalty)).toBe(true);
});

test("coverage of one row inside a batch", () => {
  expect(coveragePenalty([0.1, 0.5, 1, 0.1], 1, 1, 3)).toBeCloseTo(Math.log(0.5), 12);
});

test.each([-1, -0.3, 0, 0.6, 2])("no continuation scores above the bound (α = %d)", (alpha) => {
  const bound = bestReachableScore(-3, 4, 12, alpha);
  for (let length = 4; length <= 12; length++) {
    for (const fall of [0, 0.5, 3]) {
      expect((-3 - fall) / lengthPenalty(length, alpha)).toBeLessThanOrEqual(bound);
    }
  }
});
