/** Source of truth: the sentence scores of every pair, one after another. */
import { describe, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { BLEU } from "../../src/metrics/bleu.ts";
import { CHRF } from "../../src/metrics/chrf.ts";
import { type PairwiseMetric, SharedNgrams } from "../../src/metrics/pairwise-scores.ts";

const WORDS = [
  "A",
  "a",
  "Hund",
  "Hunde",
  "läuft",
  "rennt.",
  "(schnell)",
  ",",
  "über",
  "𝒳𝒴",
  "das",
  "Gras!",
  "3.5",
  "—",
];

/** Texts of few words, so that they share much; some are blank, some are the same. */
function texts(random: Random, count: number): string[] {
  const one = () => Array.from({ length: random.integer(12) }, () => WORDS[random.integer(WORDS.length)]!).join(" ");
  const some = Array.from({ length: count }, one);
  some[random.integer(count)] = some[0]!;
  if (random.integer(4) === 0) some[random.integer(count)] = "  ";
  return some;
}

interface Sentences {
  sentenceScore(hypothesis: string, references: readonly string[]): { score: number };
}

const metrics: [string, PairwiseMetric & Sentences][] = [
  ["chrF", new CHRF()],
  ["chrF++ with white space, in lower case", new CHRF({ wordOrder: 2, whitespace: true, lowercase: true })],
  ["chrF1 of the paper's script", new CHRF({ charOrder: 3, beta: 1, epsSmoothing: true })],
  ["sentence BLEU", new BLEU({ effectiveOrder: true })],
  ["BLEU, add-k, two orders, in lower case", new BLEU({ smoothMethod: "add-k", maxOrder: 2, lowercase: true })],
  ["BLEU of characters without smoothing", new BLEU({ tokenize: "char", smoothMethod: "none" })],
];

describe("scores of each text against each", () => {
  test.each(metrics)("%s: every pair's sentence score", (_, metric) => {
    const random = new Random(11);
    for (let round = 0; round < 12; round++) {
      const some = texts(random, 1 + random.integer(12));
      const scores = metric.pairwise(some);
      const out = new Float64Array(some.length);
      for (const [i, hypothesis] of some.entries()) {
        scores.scoresOf(i, out);
        const expected = some.map((reference) => metric.sentenceScore(hypothesis, [reference]).score);
        for (const [j, score] of expected.entries()) expect(Math.abs(out[j]! - score)).toBeLessThan(1e-9);
      }
    }
  });

  test("of no text there are none", () => {
    expect(() => new CHRF().pairwise([])).not.toThrow();
    expect(() => new BLEU().pairwise([])).not.toThrow();
  });
});

test("n-grams that one sequence alone has, and those it has often, count as in a map of counts", () => {
  const ngrams = new SharedNgrams([[1, 1, 1, 2], [1, 1, 3], [4], []], 2);
  // Unigrams, bigrams: the first has 1 three times and (1, 1) twice.
  expect([...ngrams.sharedWith(0)]).toEqual([4, 3, 2, 1, 0, 0, 0, 0]);
  expect([...ngrams.sharedWith(1)]).toEqual([2, 1, 3, 2, 0, 0, 0, 0]);
  expect([...ngrams.sharedWith(2)]).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
  expect([...ngrams.sharedWith(3)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect([ngrams.total(0, 2), ngrams.total(2, 2), ngrams.total(3, 1)]).toEqual([3, 0, 0]);
});
