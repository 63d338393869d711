/**
 * chrF (Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation") and, with word n-grams,
 * chrF+ and chrF++ (Popović 2017, "chrF++: words helping character n-grams").
 */
import { type Arithmetic, DOUBLE } from "./arithmetic.ts";
import { Metric, type ReferenceStreams } from "./metric.ts";
import { type PairwiseMetric, type PairwiseScores, SharedNgrams } from "./pairwise-scores.ts";
import { type Confidence, Score } from "./score.ts";
import { SegmentNgrams } from "./segment-ngrams.ts";
import type { Signature, SignatureItem } from "./signature.ts";
import { removeWhiteSpace, splitWords } from "./white-space.ts";
import { WordNumbers } from "./word-numbers.ts";

/** Options of chrF; the defaults are sacreBLEU's. */
export interface ChrfOptions {
  /** Longest character n-grams; default 6. */
  charOrder?: number;
  /** Longest word n-grams; default 0. 2 is chrF++. */
  wordOrder?: number;
  /** Weight of recall: it counts β times as much as precision. Default 2. */
  beta?: number;
  /** Ignores case; default false. */
  lowercase?: boolean;
  /** Keeps white space in character n-grams; default false. */
  whitespace?: boolean;
  /** Averages the orders' F-scores with a tiny number for zeros, as the paper's own script does; default false. */
  epsSmoothing?: boolean;
}

/**
 * chrF (Popović 2015), with `wordOrder` chrF++, as sacreBLEU computes it, in percent.
 * Statistics of a segment: for each order, n-grams of the hypothesis, of its best reference, and shared ones.
 *
 * @example
 * import { CHRF } from "gnmt-moe/metrics";
 *
 * const hypotheses = ["the cat sat on a mat", "there is a dog"];
 * const references = [["the cat sat on the mat", "there is a dog"]];
 * console.log(new CHRF({ wordOrder: 2 }).corpusScore(hypotheses, references).format());
 */
export class CHRF extends Metric<Score> implements PairwiseMetric {
  /** `chrF2`, with `+` for each order of words. */
  readonly name: string;
  /** 3 · (charOrder + wordOrder). */
  readonly width: number;
  /** Sums of counts stay exact in single precision. */
  readonly countsOnly = true;
  /** Nothing in it goes through exp or log. */
  readonly resultInDouble = false;
  private readonly options: Required<ChrfOptions>;
  private readonly words = new WordNumbers();
  private readonly ngrams = new SegmentNgrams();

  constructor(options: ChrfOptions = {}) {
    super();
    this.options = {
      charOrder: 6,
      wordOrder: 0,
      beta: 2,
      lowercase: false,
      whitespace: false,
      epsSmoothing: false,
      ...options,
    };
    this.name = `chrF${this.options.beta}${"+".repeat(this.options.wordOrder)}`;
    this.width = 3 * (this.options.charOrder + this.options.wordOrder);
  }

  /** With several references, the statistics of the first that gives the highest F-score. */
  protected segmentStatistics(hypothesis: string, references: readonly string[], out: Float64Array): void {
    const { charOrder, wordOrder, lowercase } = this.options;
    const texts = lowercase ? references.map((text) => text.toLowerCase()) : references;
    const text = lowercase ? hypothesis.toLowerCase() : hypothesis;
    const perReference = texts.map(() => new Float64Array(this.width));
    this.ngrams.load(
      this.characters(text),
      texts.map((reference) => this.characters(reference)),
    );
    this.countOrders(0, charOrder, perReference);
    if (wordOrder > 0) {
      this.words.clear();
      this.ngrams.load(
        this.words.of(separatePunctuation(text)),
        texts.map((reference) => this.words.of(separatePunctuation(reference))),
      );
      this.countOrders(charOrder, wordOrder, perReference);
    }
    const values = perReference.map((statistics) => this.valueOf(statistics, DOUBLE));
    out.set(perReference[values.indexOf(Math.max(...values))]!);
  }

  /** The sentence score of each text against each. */
  pairwise(texts: readonly string[]): PairwiseScores {
    const { charOrder, wordOrder, lowercase } = this.options;
    const cased = lowercase ? texts.map((text) => text.toLowerCase()) : texts;
    const characters = cased.map((text) => this.characters(text));
    const counted = [{ ngrams: new SharedNgrams(characters, charOrder), orders: charOrder }];
    if (wordOrder > 0) {
      this.words.clear();
      const words = cased.map((text) => this.words.of(separatePunctuation(text)));
      counted.push({ ngrams: new SharedNgrams(words, wordOrder), orders: wordOrder });
    }
    const statistics = new Float64Array(this.width);
    const scoresOf = (hypothesis: number, out: Float64Array) => {
      const shared = counted.map(({ ngrams }) => ngrams.sharedWith(hypothesis));
      for (let reference = 0; reference < texts.length; reference++) {
        let at = 0;
        for (const [k, { ngrams, orders }] of counted.entries()) {
          for (let n = 1; n <= orders; n++, at += 3) {
            const ofReference = ngrams.total(reference, n);
            statistics[at] = ofReference === 0 ? 0 : ngrams.total(hypothesis, n);
            statistics[at + 1] = ofReference;
            statistics[at + 2] = shared[k]![reference * orders + n - 1]!;
          }
        }
        out[reference] = this.valueOf(statistics, DOUBLE);
      }
    };
    return { scoresOf };
  }

  protected scoreOf(statistics: Float64Array, signature: Signature, confidence?: Confidence): Score {
    return new Score(this.name, this.valueOf(statistics, DOUBLE), signature, confidence);
  }

  /** F-score of the orders' average precision and recall; orders one side is too short for are left out. */
  valueOf(statistics: Float64Array, { result }: Arithmetic): number {
    const factor = this.options.beta ** 2;
    let precisions = 0;
    let recalls = 0;
    let orders = 0;
    if (this.options.epsSmoothing) return this.smoothedValueOf(statistics, result);
    for (let at = 0; at < this.width; at += 3) {
      const ofHypothesis = statistics[at]!;
      const ofReference = statistics[at + 1]!;
      if (ofHypothesis === 0 || ofReference === 0) continue;
      precisions = result(precisions + result(statistics[at + 2]! / ofHypothesis));
      recalls = result(recalls + result(statistics[at + 2]! / ofReference));
      orders++;
    }
    if (precisions + recalls === 0) return 0;
    const precision = result(precisions / orders);
    const recall = result(recalls / orders);
    const numerator = result(result((1 + factor) * precision) * recall);
    return result(100 * result(numerator / result(result(factor * precision) + recall)));
  }

  /** The mean of the orders' F-scores, 1e-16 standing for what cannot be computed. */
  private smoothedValueOf(statistics: Float64Array, result: Arithmetic["result"]): number {
    const epsilon = 1e-16;
    const factor = this.options.beta ** 2;
    let sum = 0;
    for (let at = 0; at < this.width; at += 3) {
      const shared = statistics[at + 2]!;
      const precision = statistics[at]! > 0 ? result(shared / statistics[at]!) : epsilon;
      const recall = statistics[at + 1]! > 0 ? result(shared / statistics[at + 1]!) : epsilon;
      const denominator = result(result(factor * precision) + recall);
      const numerator = result(result((1 + factor) * precision) * recall);
      sum = result(sum + (denominator > 0 ? result(numerator / denominator) : epsilon));
    }
    return result(result(100 * sum) / (this.width / 3));
  }

  protected signatureItems(): SignatureItem[] {
    const { lowercase, epsSmoothing, charOrder, wordOrder, whitespace } = this.options;
    return [
      { key: "case", short: "c", value: lowercase ? "lc" : "mixed" },
      { key: "eff", short: "e", value: !epsSmoothing },
      { key: "nc", short: "nc", value: charOrder },
      { key: "nw", short: "nw", value: wordOrder },
      { key: "space", short: "s", value: whitespace },
    ];
  }

  /** Counts `orders` orders of the loaded segment, the first of which is statistics triple `first`. */
  private countOrders(first: number, orders: number, perReference: readonly Float64Array[]): void {
    for (let order = first; order < first + orders; order++) {
      this.ngrams.nextOrder();
      perReference.forEach((statistics, r) => {
        const ofReference = this.ngrams.total(r + 1);
        statistics[3 * order] = ofReference === 0 ? 0 : this.ngrams.total(0);
        statistics[3 * order + 1] = ofReference;
        statistics[3 * order + 2] = this.ngrams.matches(r);
      });
    }
  }

  /** Code points. */
  private characters(text: string): Int32Array {
    const kept = this.options.whitespace ? text : removeWhiteSpace(text);
    const points = new Int32Array(kept.length);
    let count = 0;
    for (let i = 0; i < kept.length; i++) {
      const point = kept.codePointAt(i)!;
      points[count++] = point;
      if (point > 0xffff) i++;
    }
    return points.subarray(0, count);
  }
}

/**
 * chrF of a corpus in percent: `references` are streams, each with one line a hypothesis. Throws DataError where the
 * numbers of lines differ.
 *
 * @example
 * import { corpusChrf } from "gnmt-moe/metrics";
 *
 * const hypotheses = ["the cat sat on a mat", "there is a dog"];
 * const references = [["the cat sat on the mat", "there is a dog"]];
 * corpusChrf(hypotheses, references).score; // 78.45
 */
export function corpusChrf(
  hypotheses: readonly string[],
  references: ReferenceStreams,
  options: ChrfOptions = {},
): Score {
  return new CHRF(options).corpusScore(hypotheses, references);
}

/**
 * chrF of one sentence in percent; of several references the best one counts. Throws DataError where there are none.
 *
 * @example
 * import { sentenceChrf } from "gnmt-moe/metrics";
 *
 * sentenceChrf("the cat sat on a mat", ["the cat sat on the mat"]).score; // 65.98
 */
export function sentenceChrf(hypothesis: string, references: readonly string[], options: ChrfOptions = {}): Score {
  return new CHRF(options).sentenceScore(hypothesis, references);
}

const PUNCTUATION = new Set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

/** Words with one punctuation mark split off: the last character, or else the first (`(hi)` → `(hi`, `)`). */
function separatePunctuation(text: string): string[] {
  return splitWords(text).flatMap((word) => {
    if (word.length === 1) return [word];
    if (PUNCTUATION.has(word.at(-1)!)) return [word.slice(0, -1), word.slice(-1)];
    if (PUNCTUATION.has(word[0]!)) return [word.slice(0, 1), word.slice(1)];
    return [word];
  });
}
