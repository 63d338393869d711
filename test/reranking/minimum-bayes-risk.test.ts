/** Source of truth: the definition, every translation's sentence scores against every other, one after another. */
import { describe, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import type { TranslatedHypothesis, Translation } from "../../src/decoding/translation.ts";
import { BLEU } from "../../src/metrics/bleu.ts";
import { CHRF } from "../../src/metrics/chrf.ts";
import { minimumBayesRisk } from "../../src/reranking/minimum-bayes-risk.ts";

const WORDS = ["der", "Hund", "ein", "rennt", "läuft", "schnell", ".", "!"];

function hypothesis(text: string, complete = true): TranslatedHypothesis {
  return { text, score: -1, logProbability: -2, complete, pieces: text.split(" ") };
}

function translation(hypotheses: TranslatedHypothesis[]): Translation {
  return { line: 3, source: "x", sourcePieces: ["▁x", "</s>"], hypotheses };
}

describe("minimum Bayes risk", () => {
  test.each([
    ["chrF", new CHRF()],
    ["BLEU", new BLEU({ effectiveOrder: true })],
  ])("%s: the order and the means of the definition, samples counted as often as they were drawn", (_, metric) => {
    const random = new Random(5);
    for (let round = 0; round < 40; round++) {
      const draw = () =>
        Array.from({ length: random.integer(5) }, () => WORDS[random.integer(WORDS.length)]!).join(" ");
      const texts = Array.from({ length: 2 + random.integer(15) }, draw);
      const samples = [...texts, ...texts.slice(0, random.integer(5))];
      const mean = (i: number) => {
        const others = samples.filter((_, j) => j !== i);
        const scores = others.map((other) => metric.sentenceScore(samples[i]!, [other]).score);
        return scores.reduce((sum, score) => sum + score, 0) / others.length;
      };
      const expected = new Map<string, number>();
      for (const [i, text] of samples.entries()) expected.set(text, mean(i));
      const { hypotheses, line } = minimumBayesRisk(translation(samples.map((text) => hypothesis(text))), metric);
      expect(line).toBe(3);
      expect(hypotheses.map(({ text }) => text).toSorted()).toEqual([...expected.keys()].toSorted());
      for (const { text, score } of hypotheses) expect(score).toBeCloseTo(expected.get(text)!, 9);
      expect(hypotheses[0]!.score).toBeCloseTo(Math.max(...expected.values()), 9);
      const scores = hypotheses.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }
  });

  test("what was cut counts for the others and stands below the complete ones", () => {
    const found = [hypothesis("ein Hund rennt"), hypothesis("ein Hund läuft", false), hypothesis("ein Hund", false)];
    const { hypotheses } = minimumBayesRisk(translation([...found, hypothesis("der Ball")]), new CHRF());
    expect(hypotheses.map(({ text }) => text)).toEqual(["ein Hund rennt", "der Ball", "ein Hund läuft", "ein Hund"]);
    expect(hypotheses[0]!.score).toBeGreaterThan(20);
  });

  test("a complete translation stands for one of the same text that was cut", () => {
    const found = [hypothesis("ein Hund", false), hypothesis("ein Hund"), hypothesis("ein Hut")];
    const { hypotheses } = minimumBayesRisk(translation(found), new CHRF());
    expect(hypotheses[0]).toMatchObject({ text: "ein Hund", complete: true });
  });

  test("of equals the first found is the better; one alone is scored against itself; a blank line stays blank", () => {
    const equals = minimumBayesRisk(translation([hypothesis("b"), hypothesis("a")]), new CHRF());
    expect(equals.hypotheses.map(({ text, score }) => [text, score])).toEqual([
      ["b", 0],
      ["a", 0],
    ]);
    const alone = minimumBayesRisk(translation([hypothesis("ein Hund")]), new CHRF());
    expect(alone.hypotheses).toEqual([{ ...hypothesis("ein Hund"), score: 100 }]);
    expect(minimumBayesRisk(translation([]), new CHRF()).hypotheses).toEqual([]);
  });
});
