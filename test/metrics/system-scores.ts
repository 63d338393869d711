/** Tests of scores of whole systems, for any test set whose numbers sacreBLEU stored (golden/*.json) and whose lines a function reads. */
import { describe, expect, it } from "vitest";
import {
  checkPaired,
  meanAndSpread,
  metricOf,
  type SystemComparison,
  type SystemScores,
  TOLERANCE,
  title,
} from "./golden.ts";

type Lines = (name: string) => string[];

/** Scores of corpora with their printed lines, mean and deviation of sentences' scores, confidence intervals where stored. */
export function testSystemScores({ corpora, sentences, confidence = [] }: SystemScores, linesOf: Lines): void {
  const named = <Entry extends SystemScores["sentences"][number] | SystemScores["corpora"][number]>(entries: Entry[]) =>
    entries.map((entry) => [`${entry.hyp}, references ${entry.refs.length}, ${title(entry)}`, entry] as const);

  it.each(named(corpora))("%s", (_, entry) => {
    const score = metricOf(entry).corpusScore(linesOf(entry.hyp), entry.refs.map(linesOf));
    expect(Math.abs(score.score - entry.score)).toBeLessThan(TOLERANCE);
    expect(score.format({ width: 3, signature: "full" })).toBe(entry.text);
  });

  it.each(named(sentences))("sentences of %s", (_, entry) => {
    const references = entry.refs.map(linesOf);
    const metric = metricOf(entry);
    const scores = linesOf(entry.hyp).map((line, i) => {
      const streams = references.map((stream) => stream[i]!);
      return metric.sentenceScore(line, streams).score;
    });
    const [mean, spread] = meanAndSpread(scores);
    expect(Math.abs(mean - entry.mean)).toBeLessThan(TOLERANCE);
    expect(Math.abs(spread - entry.spread)).toBeLessThan(TOLERANCE);
  });

  if (confidence.length === 0) return;
  it.each(confidence.map((entry) => [`${entry.hyp} ${title(entry)}`, entry] as const))(
    "confidence of %s",
    (_, entry) => {
      const bootstrap = { samples: entry.samples };
      const score = metricOf(entry).corpusScore(linesOf(entry.hyp), entry.refs.map(linesOf), { bootstrap });
      expect(Math.abs(score.confidence!.mean - entry.mean)).toBeLessThan(TOLERANCE);
      expect(Math.abs(score.confidence!.halfWidth - entry.halfWidth)).toBeLessThan(TOLERANCE);
      expect(score.formatJson(4)).toBe(entry.json);
    },
  );
}

/** Paired tests of the first system against each other one. */
export function testComparison({ systems, refs, paired }: SystemComparison, linesOf: Lines): void {
  describe(`${systems[0]} and others`, () => {
    it.each(paired.map((entry) => [`${title(entry)} ${entry.method}`, entry] as const))("paired %s", (_, entry) => {
      checkPaired(
        entry,
        systems.map((name) => ({ name, hypotheses: linesOf(name) })),
        refs.map(linesOf),
      );
    });
  });
}
