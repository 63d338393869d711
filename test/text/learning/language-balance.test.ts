// Source of truth: shares in proportion to s^(1/T), worked out by hand.
import { expect, test } from "vitest";
import { LineRepeater, lineWeights } from "../../../src/text/learning/language-balance.ts";

test("temperature 1 leaves sizes as they are", () => {
  expect(lineWeights([300, 20, 5], 1)).toEqual([1, 1, 1]);
});

test("temperature 2 makes shares of square roots, and as many lines in all", () => {
  const sizes = [900, 100];
  const weights = lineWeights(sizes, 2);
  expect(weights[0]! * 900).toBeCloseTo(750, 9);
  expect(weights[1]! * 100).toBeCloseTo(250, 9);
});

test("a language without lines has none", () => {
  expect(lineWeights([10, 0], 5)).toEqual([1, 0]);
});

test.each([0, 0.3, 1, 2.5])("a line weight of %d is kept on average, evenly", (weight) => {
  const repeater = new LineRepeater(weight);
  const times = Array.from({ length: 40 }, () => repeater.next());
  expect(Math.abs(times.reduce((a, b) => a + b, 0) - 40 * weight)).toBeLessThanOrEqual(1);
  for (const each of times) expect(Math.abs(each - weight)).toBeLessThan(1);
});
