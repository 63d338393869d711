/** Source of truth: the rules of splitPairs, on pairs whose place in the splits is found with splitOf. */
import { describe, expect, it } from "vitest";
import { splitOf, splitPairs } from "../../src/corpora/split.ts";

const shares = { valid: 3000, test: 3000 };
const texts = Array.from({ length: 60 }, (_, i) => `text ${"abcdefghij"[i % 10]}${"klmnop"[Math.floor(i / 10)]}`);
const of = (split: string) => texts.find((text) => splitOf(text, shares) === split)!;

describe("splitPairs", () => {
  it("puts each pair where its source belongs, about the shares of them", () => {
    const { splits, dropped } = splitPairs(
      texts.map((source) => ({ source, target: `${source}!` })),
      shares,
      () => undefined,
    );
    for (const [split, pairs] of Object.entries(splits)) {
      expect(pairs.length).toBeGreaterThan(5);
      for (const { source } of pairs) expect(splitOf(source, shares)).toBe(split);
    }
    expect(Object.values(splits).flat()).toHaveLength(texts.length);
    expect(dropped).toEqual({});
  });

  it("keeps every translation in training, and one of each text elsewhere", () => {
    const pairs = ["train", "valid", "test"].flatMap((split) =>
      ["one", "two", "one"].map((target) => ({ source: of(split), target })),
    );
    const { splits, dropped } = splitPairs(pairs, shares, () => undefined);
    expect(splits.train.map(({ target }) => target)).toEqual(["one", "two"]);
    for (const split of ["valid", "test"] as const) expect(splits[split].map(({ target }) => target)).toEqual(["one"]);
    expect(dropped).toEqual({ duplicate: 5 });
  });

  it("counts what is unusable by its reason, before duplicates", () => {
    const pairs = ["bad", "good", "bad"].map((target) => ({ source: of("train"), target }));
    const { splits, dropped } = splitPairs(pairs, shares, ({ target }) => (target === "bad" ? "bad text" : undefined));
    expect(splits.train).toEqual([{ source: of("train"), target: "good" }]);
    expect(dropped).toEqual({ "bad text": 2 });
  });
});
