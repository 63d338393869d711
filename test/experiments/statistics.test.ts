// Source of truth: the formulas by hand.
import { expect, test } from "vitest";
import { markdownTable } from "../../experiments/markdown.ts";
import {
  estimate,
  formatDifference,
  formatEstimate,
  formatFixed,
  formatMillions,
} from "../../experiments/statistics.ts";

test("a mean has the sample's standard deviation over the root of the count as its error", () => {
  // Deviations −2, 0, 2: variance 8 / 2 = 4, error √(4 / 3).
  expect(estimate([3, 5, 7])).toEqual({ mean: 5, standardError: Math.sqrt(4 / 3) });
  expect(estimate([3]).standardError).toBeNaN();
});

test("estimates show their error where there is one", () => {
  expect(formatEstimate([3, 5, 7])).toBe("5.00 ± 1.15");
  expect(formatEstimate([3.456], 1)).toBe("3.5");
  expect(formatEstimate([])).toBe("–");
});

test("numbers have signs and dashes where they should", () => {
  expect(formatFixed(-1.25, 1)).toBe("−1.3");
  expect(formatFixed(undefined)).toBe("–");
  expect(formatDifference(0.5)).toBe("+0.50");
  expect(formatDifference(-0.5)).toBe("−0.50");
  expect(formatDifference(0)).toBe("0.00");
  expect([830, 12_345, 2_097_152, 67_000_000].map(formatMillions)).toEqual(["830", "0.01 M", "2.10 M", "67.0 M"]);
});

test("a table has its headings, its alignment and a line for each row", () => {
  const table = markdownTable({ model: "left", perplexity: "right" }, [["dense", "46.0"]]);
  expect(table).toBe("| model | perplexity |\n| --- | ---: |\n| dense | 46.0 |");
});
