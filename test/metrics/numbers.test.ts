/** Source of truth: numpy's generators and means, and Python's number formats (golden/generate.py). */
import { describe, expect, it } from "vitest";
import { DOUBLE, SINGLE } from "../../src/metrics/arithmetic.ts";
import { formatFixed, formatFloat } from "../../src/metrics/number-format.ts";
import { pairwiseMean } from "../../src/metrics/pairwise-mean.ts";
import { Pcg64 } from "../../src/metrics/pcg64.ts";
import { type NumbersGolden, readGolden } from "./golden.ts";

const golden = readGolden<NumbersGolden>("numbers.json");

describe("Pcg64", () => {
  it.each(golden.generators)("seed $seed", ({ seed, words, coins, choices }) => {
    const random = new Pcg64(seed);
    expect(words.map(() => random.uint32())).toEqual(words);
    const tossed = random.coins(coins.length / 32);
    expect([...coins].map((_, i) => ((tossed[i >> 5]! >>> (i & 31)) & 1).toString()).join("")).toBe(coins);
    for (const { below, draws } of choices) expect([...random.integers(below, draws.length)]).toEqual(draws);
  });
});

describe("number formats", () => {
  it.each(golden.formats)("$float", ({ value, fixed, float }) => {
    expect(fixed.map((_, digits) => formatFixed(value, digits))).toEqual(fixed);
    expect(formatFloat(value)).toBe(float);
  });
});

describe("pairwise means", () => {
  it.each(golden.means)("of $values.length numbers", ({ values, single, double }) => {
    expect(pairwiseMean(Float64Array.from(values), DOUBLE.result)).toBe(double);
    expect(pairwiseMean(Float64Array.from(values), SINGLE.result)).toBe(single);
  });
});
