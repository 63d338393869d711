/** Source of truth: sacreBLEU 2.6.0 on generated text full of odd spaces, scripts, marks and moves (golden/generate.py). */
import { describe, expect, it } from "vitest";
import { tokenizerNamed } from "../../src/metrics/tokenizers/by-name.ts";
import { stripEnd } from "../../src/metrics/white-space.ts";
import {
  type CorpusEntry,
  checkPaired,
  meanAndSpread,
  metricOf,
  type NastyGolden,
  readGolden,
  TOLERANCE,
  title,
} from "./golden.ts";

const golden = readGolden<NastyGolden>("nasty.json");
const hypotheses = golden.cases.map((each) => each.hypothesis);
const others = golden.cases.map((each) => each.other);
const streams = golden.cases[0]!.references.map((_, r) => golden.cases.map((each) => each.references[r]!));

describe("tokenizers", () => {
  it.each(golden.tokenized.map(({ tokenizer, lines }) => [tokenizer, lines] as const))("%s", (name, lines) => {
    const tokenizer = tokenizerNamed(name);
    expect(hypotheses.map((line) => tokenizer.tokenize(stripEnd(line)).join(" "))).toEqual(lines);
  });
});

describe("sentences", () => {
  it.each(golden.sentences.map((entry) => [title(entry), entry] as const))("%s", (_, entry) => {
    const metric = metricOf(entry);
    const wrong = golden.cases.flatMap(({ hypothesis, references }, i) => {
      const present = references.filter((reference) => reference !== null);
      const { score } = metric.sentenceScore(hypothesis, present);
      return Math.abs(score - entry.scores[i]!) < TOLERANCE ? [] : [{ i, score, expected: entry.scores[i] }];
    });
    expect(wrong).toEqual([]);
  });
});

describe("every tokenizer with every smoothing, and all options", () => {
  it.each(golden.grid.map((entry) => [title(entry), entry] as const))("%s", (_, entry) => {
    const scores = golden.cases.map(({ hypothesis, references }) => {
      const present = references.filter((reference) => reference !== null);
      return metricOf(entry).sentenceScore(hypothesis, present).score;
    });
    const corpus = (references: (string | null)[][]) => metricOf(entry).corpusScore(hypotheses, references).score;
    const found = [...meanAndSpread(scores), corpus(streams.slice(0, 1)), corpus(streams)];
    [entry.mean, entry.spread, entry.one, entry.all].forEach((expected, i) => {
      expect(Math.abs(found[i]! - expected)).toBeLessThan(TOLERANCE);
    });
  });
});

describe("corpora", () => {
  function check(entry: CorpusEntry, lines: readonly string[], references: (string | null)[][]) {
    const score = metricOf(entry).corpusScore(lines, references);
    expect(Math.abs(score.score - entry.score)).toBeLessThan(TOLERANCE);
    expect(score.signature).toBe(entry.signature);
    expect(score.signedBy.format({ short: true })).toBe(entry.short);
    expect(score.format({ width: 3, signature: "full" })).toBe(entry.text);
    if (entry.edits !== undefined) {
      expect(score).toMatchObject({ edits: entry.edits });
      expect(score).toHaveProperty("referenceLength", expect.closeTo(entry.referenceLength!, 8));
    }
  }

  it.each(golden.corpora.map((entry) => [title(entry), entry] as const))("one to three references: %s", (_, entry) =>
    check(entry, hypotheses, streams),
  );
  it.each(golden.singleReference.map((entry) => [title(entry), entry] as const))("one reference: %s", (_, entry) =>
    check(entry, others, streams.slice(0, 1)),
  );
});

describe("confidence intervals", () => {
  it.each(golden.confidence.map((entry) => [title(entry), entry] as const))("%s", (_, entry) => {
    const references = entry.json.includes("nrefs:1") ? streams.slice(0, 1) : streams;
    const score = metricOf(entry).corpusScore(hypotheses, references, { bootstrap: { samples: entry.samples } });
    expect(Math.abs(score.confidence!.mean - entry.mean)).toBeLessThan(TOLERANCE);
    expect(Math.abs(score.confidence!.halfWidth - entry.halfWidth)).toBeLessThan(TOLERANCE);
    expect(score.formatJson(4)).toBe(entry.json);
  });
});

describe("paired tests", () => {
  const named = (lines: string[], i: number) => ({ name: `system ${i}`, hypotheses: lines });
  const systems = [hypotheses, others, hypotheses].map(named);

  it.each(golden.paired.map((entry) => [`${title(entry)} ${entry.method} ${entry.samples}`, entry] as const))(
    "%s",
    (_, entry) => checkPaired(entry, systems, streams.slice(0, 1)),
  );

  it.each(golden.fewSegments.map((entry) => [`${title(entry)} ${entry.method}, from ${entry.start}`, entry] as const))(
    "%s",
    (_, entry) => {
      const some = (lines: string[]) => lines.slice(entry.start, entry.start + entry.count);
      const references = streams[0]!.slice(entry.start, entry.start + entry.count);
      checkPaired(entry, [some(hypotheses), some(others)].map(named), [references]);
    },
  );
});
