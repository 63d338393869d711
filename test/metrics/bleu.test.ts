/** Sources of truth: the npm package bleu-score where its definition is the same; the paper's own example (section 2.1). */
import { bleu as otherBleu } from "bleu-score";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../src/base/errors.ts";
import { type LogSink, setLogSink } from "../../src/base/logger.ts";
import { Random } from "../../src/base/random.ts";
import { BLEU, bleu, corpusBleu, sentenceBleu } from "../../src/metrics/bleu.ts";

let logged: string[];
let sink: LogSink;
beforeEach(() => {
  logged = [];
  sink = setLogSink((line) => logged.push(line));
});
afterEach(() => {
  setLogSink(sink);
});

describe("bleu", () => {
  it.each([1, 2, 3, 4])("equals bleu-score up to %i-grams", (maxN) => {
    const random = new Random(11);
    const words = "the cat sat on a mat , and it saw dogs .".split(" ");
    const some = (): string => words[random.integer(words.length)]!;
    let positive = 0;
    for (let i = 0; i < 300; i++) {
      const sentence = Array.from({ length: 1 + random.integer(14) }, some);
      const reference = sentence.join(" ");
      const candidate = sentence.flatMap((word) => (random.integer(6) > 0 ? [word] : [some(), some()])).join(" ");
      const expected = otherBleu(reference, candidate, maxN);
      expect(bleu(reference, candidate, maxN)).toBeCloseTo(expected, 12);
      if (expected > 0) positive++;
    }
    expect(positive).toBeGreaterThan(100);
  });

  it("clips words to their largest count in a reference", () => {
    const score = corpusBleu(
      ["the the the the the the the"],
      [["the cat is on the mat"], ["there is a cat on the mat"]],
    );
    expect([score.counts[0], score.totals[0]]).toEqual([2, 7]);
  });
});

describe("BLEU", () => {
  it("prints score and signature as sacreBLEU does", () => {
    const score = new BLEU().corpusScore(["The cat sat on the mat."], [["The cat sat on a mat."]]);
    expect(score.signature).toBe("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0");
    expect(score.format()).toBe("BLEU = 48.89 85.7/66.7/40.0/25.0 (BP = 1.000 ratio = 1.000 hyp_len = 7 ref_len = 7)");
    expect(score.format({ width: 0, scoreOnly: true })).toBe("49");
  });

  it("leaves out orders a sentence is too short for", () => {
    expect(sentenceBleu("two words", ["two words"]).score).toBeCloseTo(100, 10);
    expect(new BLEU().sentenceScore("two words", ["two words"]).score).toBe(0);
  });

  it("puts the given value in the place of a missing match (floor)", () => {
    // Precisions 2/4 and 1/3; of no trigram of two, and of no 4-gram of one, the value is the count.
    const score = (smoothValue: number) =>
      corpusBleu(["a b x y"], [["a b c d"]], { smoothMethod: "floor", smoothValue }).score;
    for (const value of [0.1, 0.5]) expect(score(value)).toBeCloseTo(100 * ((1 / 6) * (value / 2) * value) ** 0.25, 10);
  });

  it("rejects streams that do not correspond, with both counts", () => {
    const score = (hypotheses: string[], references: (string | null)[][]) => () => corpusBleu(hypotheses, references);
    expect(score(["a", "b"], [["a"]])).toThrow(DataError);
    expect(score(["a", "b"], [["a"]])).toThrow(/2 hypotheses but 1 segment/);
    expect(score([], [[]])).toThrow(DataError);
    expect(score(["a"], [])).toThrow(DataError);
    expect(score(["a"], [[null]])).toThrow(/segment 1 has no reference/);
  });

  it("rejects an unknown tokenizer", () => {
    expect(() => new BLEU({ tokenize: "13b" as "13a" })).toThrow(UsageError);
  });

  it("warns about tokenized text unless told not to", () => {
    const lines = Array.from({ length: 100 }, () => "It is tokenized .");
    new BLEU({ force: true }).corpusScore(lines, [lines]);
    new BLEU().corpusScore(lines.slice(1), [lines.slice(1)]);
    expect(logged).toEqual([]);
    new BLEU().corpusScore(lines, [lines]);
    expect(logged).toHaveLength(1);
  });
});
