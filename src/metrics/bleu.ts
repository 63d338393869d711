/** BLEU (Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation"), as sacreBLEU defines it. */
import { log } from "../base/logger.ts";
import { type Arithmetic, DOUBLE } from "./arithmetic.ts";
import { Metric, type ReferenceStreams } from "./metric.ts";
import { formatFixed } from "./number-format.ts";
import { type PairwiseMetric, type PairwiseScores, SharedNgrams } from "./pairwise-scores.ts";
import { type Confidence, Score } from "./score.ts";
import { SegmentNgrams } from "./segment-ngrams.ts";
import type { Signature, SignatureItem } from "./signature.ts";
import { type TokenizerName, tokenizerNamed } from "./tokenizers/by-name.ts";
import type { Tokenizer } from "./tokenizers/tokenizer.ts";
import { splitWords, stripEnd } from "./white-space.ts";
import { WordNumbers } from "./word-numbers.ts";

/** What becomes of a precision without matches (Chen and Cherry 2014). */
export type SmoothMethod = "exp" | "floor" | "add-k" | "none";

const DEFAULT_SMOOTH_VALUE: Partial<Record<SmoothMethod, number>> = { floor: 0.1, "add-k": 1 };

/** Options of BLEU; the defaults are sacreBLEU's. */
export interface BleuOptions {
  /** How lines become words; default `13a`. */
  tokenize?: TokenizerName | Tokenizer;
  /** Ignores case; default false. */
  lowercase?: boolean;
  /** Default `exp`, the NIST method: the i-th order without a match counts 1 / 2^i matches. */
  smoothMethod?: SmoothMethod;
  /** The count `floor` puts in place of zero (default 0.1), or the k of `add-k` (default 1). */
  smoothValue?: number;
  /** Longest n-grams; default 4. */
  maxOrder?: number;
  /** Leaves out orders the hypothesis is too short for; meant for single sentences. Default false. */
  effectiveOrder?: boolean;
  /** Does not warn about text that looks tokenized already; default false. */
  force?: boolean;
}

/**
 * BLEU in percent, with the counts that it is made of.
 *
 * @example
 * import { type BleuScore, corpusBleu } from "gnmt-moe/metrics";
 *
 * const score: BleuScore = corpusBleu(["the cat sat on a mat"], [["the cat sat on the mat"]]);
 * score.counts; // [5, 3, 2, 1]
 * score.totals; // [6, 5, 4, 3]
 */
export class BleuScore extends Score {
  /** Matching n-grams of each order, with what smoothing added. [maxOrder] */
  readonly counts: readonly number[];
  /** N-grams of each order in the hypotheses, with what smoothing added. [maxOrder] */
  readonly totals: readonly number[];
  /** Percent. [maxOrder] */
  readonly precisions: readonly number[];
  /** exp(1 − reference length / hypothesis length) where that is below 1, else 1 (Papineni et al. 2002, §2.2). */
  readonly brevityPenalty: number;
  /** Words in the hypotheses. */
  readonly systemLength: number;
  /** Words in the references, for each segment those of the reference nearest in length. */
  readonly referenceLength: number;

  constructor(parts: BleuParts, signature: Signature, confidence?: Confidence) {
    super("BLEU", parts.score, signature, confidence);
    this.counts = parts.counts;
    this.totals = parts.totals;
    this.precisions = parts.precisions;
    this.brevityPenalty = parts.brevityPenalty;
    this.systemLength = parts.systemLength;
    this.referenceLength = parts.referenceLength;
  }

  /** Words in the hypotheses over words in the references; 0 where these have none. */
  get ratio(): number {
    return this.referenceLength === 0 ? 0 : this.systemLength / this.referenceLength;
  }

  override get details(): string {
    const precisions = this.precisions.map((precision) => formatFixed(precision, 1)).join("/");
    const penalty = `BP = ${formatFixed(this.brevityPenalty, 3)} ratio = ${formatFixed(this.ratio, 3)}`;
    return `${precisions} (${penalty} hyp_len = ${this.systemLength} ref_len = ${this.referenceLength})`;
  }
}

/**
 * BLEU (Papineni et al. 2002) as sacreBLEU computes it, in percent. Throws UsageError for an unknown tokenizer.
 * Statistics of a segment: hypothesis length, reference length, matches of each order, n-grams of each order.
 *
 * @example
 * import { BLEU } from "gnmt-moe/metrics";
 *
 * const hypotheses = ["the cat sat on a mat", "there is a dog"];
 * const references = [["the cat sat on the mat", "there is a dog"]];
 * console.log(new BLEU({ lowercase: true }).corpusScore(hypotheses, references).format());
 */
export class BLEU extends Metric<BleuScore> implements PairwiseMetric {
  /** What its scores are called. */
  readonly name = "BLEU";
  /** 2 + 2 · maxOrder. */
  readonly width: number;
  /** Sums of counts stay exact in single precision. */
  readonly countsOnly = true;
  /** exp and log are computed in double precision. */
  readonly resultInDouble = true;
  private readonly tokenizer: Tokenizer;
  private readonly lowercase: boolean;
  private readonly force: boolean;
  private readonly rule: BleuRule;
  private readonly words = new WordNumbers();
  private readonly ngrams = new SegmentNgrams();

  constructor(options: BleuOptions = {}) {
    super();
    const { tokenize = "13a", smoothMethod = "exp" } = options;
    this.tokenizer = typeof tokenize === "string" ? tokenizerNamed(tokenize) : tokenize;
    this.lowercase = options.lowercase ?? false;
    this.force = options.force ?? false;
    this.rule = {
      smoothMethod,
      smoothValue: options.smoothValue ?? DEFAULT_SMOOTH_VALUE[smoothMethod] ?? 0,
      maxOrder: options.maxOrder ?? 4,
      effectiveOrder: options.effectiveOrder ?? false,
    };
    this.width = 2 + 2 * this.rule.maxOrder;
  }

  override corpusStatistics(hypotheses: readonly string[], references: ReferenceStreams) {
    if (!this.force && hypotheses.filter((line) => line.endsWith(" .")).length >= 100) {
      log.warn("100 or more lines end in a tokenized period (' .'): score detokenized text, or say that it is (force)");
    }
    return super.corpusStatistics(hypotheses, references);
  }

  protected segmentStatistics(hypothesis: string, references: readonly string[], out: Float64Array): void {
    this.words.clear();
    const hypothesisWords = this.wordNumbers(hypothesis);
    const referenceWords = references.map((reference) => this.wordNumbers(reference));
    out[0] = hypothesisWords.length;
    out[1] = nearestLength(
      hypothesisWords.length,
      referenceWords.map((words) => words.length),
    );
    this.ngrams.load(hypothesisWords, referenceWords);
    for (let n = 0; n < this.rule.maxOrder; n++) {
      this.ngrams.nextOrder();
      out[2 + n] = this.ngrams.clippedMatches();
      out[2 + this.rule.maxOrder + n] = this.ngrams.total(0);
    }
  }

  /** The sentence score of each text against each. */
  pairwise(texts: readonly string[]): PairwiseScores {
    const { maxOrder } = this.rule;
    this.words.clear();
    const words = texts.map((text) => this.wordNumbers(text));
    const ngrams = new SharedNgrams(words, maxOrder);
    const statistics = new Float64Array(this.width);
    const scoresOf = (hypothesis: number, out: Float64Array) => {
      const shared = ngrams.sharedWith(hypothesis);
      statistics[0] = words[hypothesis]!.length;
      for (let n = 1; n <= maxOrder; n++) statistics[1 + maxOrder + n] = ngrams.total(hypothesis, n);
      for (let reference = 0; reference < texts.length; reference++) {
        statistics[1] = words[reference]!.length;
        statistics.set(shared.subarray(reference * maxOrder, (reference + 1) * maxOrder), 2);
        out[reference] = this.valueOf(statistics, DOUBLE);
      }
    };
    return { scoresOf };
  }

  protected scoreOf(statistics: Float64Array, signature: Signature, confidence?: Confidence): BleuScore {
    return new BleuScore(bleuOfCounts(statistics, this.rule, DOUBLE), signature, confidence);
  }

  /** BLEU in percent of summed statistics [width]. */
  valueOf(statistics: Float64Array, arithmetic: Arithmetic): number {
    return bleuOfCounts(statistics, this.rule, arithmetic).score;
  }

  protected signatureItems(): SignatureItem[] {
    const { smoothMethod, smoothValue, effectiveOrder } = this.rule;
    const valued = DEFAULT_SMOOTH_VALUE[smoothMethod] !== undefined;
    const smooth = valued ? `${smoothMethod}[${formatFixed(smoothValue, 2)}]` : smoothMethod;
    return [
      { key: "case", short: "c", value: this.lowercase ? "lc" : "mixed" },
      { key: "eff", short: "e", value: effectiveOrder },
      { key: "tok", short: "tok", value: this.tokenizer.signature },
      { key: "smooth", short: "s", value: smooth },
    ];
  }

  private wordNumbers(line: string): Int32Array {
    return this.words.of(this.tokenizer.tokenize(stripEnd(this.lowercase ? line.toLowerCase() : line)));
  }
}

/**
 * BLEU of a corpus in percent: `references` are streams, each with one line a hypothesis. Throws DataError where the
 * numbers of lines differ.
 *
 * @example
 * import { corpusBleu } from "gnmt-moe/metrics";
 *
 * const hypotheses = ["the cat sat on a mat", "there is a dog"];
 * const references = [["the cat sat on the mat", "there is a dog"]];
 * corpusBleu(hypotheses, references).score; // 68.87
 */
export function corpusBleu(
  hypotheses: readonly string[],
  references: ReferenceStreams,
  options: BleuOptions = {},
): BleuScore {
  return new BLEU(options).corpusScore(hypotheses, references);
}

/**
 * BLEU of one sentence in percent, with exponential smoothing; orders it is too short for are left out unless `effectiveOrder` is false.
 * `references` are of that sentence. Throws DataError where there are none, UsageError for an unknown tokenizer.
 *
 * @example
 * import { sentenceBleu } from "gnmt-moe/metrics";
 *
 * sentenceBleu("the cat sat on a mat", ["the cat sat on the mat"]).score; // 53.73
 */
export function sentenceBleu(hypothesis: string, references: readonly string[], options: BleuOptions = {}): BleuScore {
  return new BLEU({ effectiveOrder: true, ...options }).sentenceScore(hypothesis, references);
}

/**
 * Plain BLEU of one candidate in [0, 1]: words between white space, n-grams up to `maxN`, no smoothing.
 * The call of the npm package `bleu-score`, with its numbers wherever single spaces separate the words.
 *
 * @example
 * import { bleu } from "gnmt-moe/metrics";
 *
 * bleu("the cat sat on the mat", "the cat sat on a mat", 2); // 0.7071
 */
export function bleu(reference: string, candidate: string, maxN = 4): number {
  const words = { signature: "none", tokenize: splitWords };
  const metric = new BLEU({ tokenize: words, smoothMethod: "none", maxOrder: maxN, force: true });
  return metric.sentenceScore(candidate, [reference]).score / 100;
}

interface BleuRule {
  smoothMethod: SmoothMethod;
  smoothValue: number;
  maxOrder: number;
  effectiveOrder: boolean;
}

interface BleuParts {
  score: number;
  counts: number[];
  totals: number[];
  precisions: number[];
  brevityPenalty: number;
  systemLength: number;
  referenceLength: number;
}

/** The logarithm of a zero precision: low enough that exp of any average with it is zero. */
const LOG_ZERO = -9999999999;

/** Section 2.3 of the paper: brevity penalty times the geometric mean of the (smoothed) precisions. */
function bleuOfCounts(statistics: Float64Array, rule: BleuRule, { stored, result }: Arithmetic): BleuParts {
  const { smoothMethod, smoothValue, maxOrder } = rule;
  const systemLength = Math.trunc(statistics[0]!);
  const referenceLength = Math.trunc(statistics[1]!);
  const counts = Array.from(statistics.subarray(2, 2 + maxOrder));
  const totals = Array.from(statistics.subarray(2 + maxOrder));
  const precisions = new Array<number>(maxOrder).fill(0);
  const brevityPenalty = penaltyOf(systemLength, referenceLength);
  const parts = { score: 0, counts, totals, precisions, brevityPenalty, systemLength, referenceLength };
  if (counts.every((count) => count === 0)) return parts;

  let order = maxOrder;
  let halvings = 1;
  for (let n = 0; n < maxOrder; n++) {
    if (smoothMethod === "add-k" && n > 0) {
      counts[n] = stored(counts[n]! + smoothValue);
      totals[n] = stored(totals[n]! + smoothValue);
    }
    if (totals[n] === 0) break;
    if (rule.effectiveOrder) order = n + 1;
    if (counts[n]! !== 0) {
      precisions[n] = result(result(100 * counts[n]!) / totals[n]!);
    } else if (smoothMethod === "exp") {
      halvings *= 2;
      precisions[n] = result(100 / result(halvings * totals[n]!));
    } else if (smoothMethod === "floor") {
      precisions[n] = result(result(100 * smoothValue) / totals[n]!);
    }
  }
  let logs = 0;
  for (const precision of precisions.slice(0, order)) logs += precision === 0 ? LOG_ZERO : Math.log(precision);
  parts.score = brevityPenalty * Math.exp(logs / order);
  return parts;
}

function penaltyOf(systemLength: number, referenceLength: number): number {
  if (systemLength >= referenceLength) return 1;
  return systemLength > 0 ? Math.exp(1 - referenceLength / systemLength) : 0;
}

/** The reference length nearest the hypothesis's; the shorter of two equally near. */
function nearestLength(length: number, references: readonly number[]): number {
  return references.reduce((best, candidate) => {
    const nearer = Math.abs(candidate - length) - Math.abs(best - length);
    return nearer < 0 || (nearer === 0 && candidate < best) ? candidate : best;
  });
}
