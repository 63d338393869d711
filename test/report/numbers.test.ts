/** Source of truth: the table below. */
import { expect, it } from "vitest";
import { formatNumber, formatRatio, formatShare, formatWhole } from "../../src/report/numbers.ts";

it.each([
  [0, "0"],
  [1, "1"],
  [0.123456, "0.123"],
  [0.0007, "0.0007"],
  [0.00005, "5.0e−5"],
  [-0.5, "−0.5"],
  [-0.00001, "−1.0e−5"],
  [4.5, "4.5"],
  [12.34, "12.3"],
  [999.6, "1000"],
  [1234.5, "1,235"],
  [12_345, "12.3k"],
  [-3_210_000, "−3.21M"],
  [Number.NaN, "–"],
  [Number.POSITIVE_INFINITY, "–"],
])("%d is shown as %s", (value, text) => expect(formatNumber(value)).toBe(text));

it("shares, ratios and whole numbers", () => {
  expect(formatShare(0.1234)).toBe("12.3\u202f%");
  expect(formatShare(0)).toBe("0\u202f%");
  expect(formatShare(Number.NaN)).toBe("–");
  expect(formatRatio(1.5)).toBe("1.5×");
  expect(formatWhole(1234567.4)).toBe("1,234,567");
});
