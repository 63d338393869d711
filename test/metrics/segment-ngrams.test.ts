/** Source of truth: n-grams spelled out as strings and counted in maps. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { SegmentNgrams } from "../../src/metrics/segment-ngrams.ts";

function counted(symbols: readonly number[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + order <= symbols.length; i++) {
    const ngram = symbols.slice(i, i + order).join(" ");
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

function shared(hypothesis: Map<string, number>, limits: readonly Map<string, number>[]): number {
  let sum = 0;
  for (const [ngram, count] of hypothesis) {
    sum += Math.min(count, Math.max(...limits.map((limit) => limit.get(ngram) ?? 0)));
  }
  return sum;
}

describe("SegmentNgrams", () => {
  const random = new Random(3);
  const ngrams = new SegmentNgrams();

  it.each([
    [3, 12],
    [40, 60],
    [70000, 30],
    [2, 900],
  ])("of %i symbols in sequences of up to %i", (alphabet, longest) => {
    for (let segment = 0; segment < 25; segment++) {
      const sequence = () => Array.from({ length: random.integer(longest + 1) }, () => random.integer(alphabet));
      const hypothesis = sequence();
      const references = Array.from({ length: 1 + random.integer(4) }, sequence);
      ngrams.load(hypothesis, references);
      for (let order = 1; order <= 6; order++) {
        ngrams.nextOrder();
        const expected = counted(hypothesis, order);
        const limits = references.map((reference) => counted(reference, order));
        expect(ngrams.total(0)).toBe(Math.max(0, hypothesis.length - order + 1));
        expect(ngrams.clippedMatches()).toBe(shared(expected, limits));
        limits.forEach((limit, r) => {
          expect(ngrams.total(r + 1)).toBe(Math.max(0, references[r]!.length - order + 1));
          expect(ngrams.matches(r)).toBe(shared(expected, [limit]));
        });
      }
    }
  });
});
