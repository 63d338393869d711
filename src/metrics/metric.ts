/** What every metric is: statistics of each segment, summed over the corpus, then one score computed from the sums. */
import { DataError } from "../base/errors.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { type BootstrapOptions, bootstrapConfidence, resolveBootstrap } from "./bootstrap.ts";
import type { Confidence, Score } from "./score.ts";
import { type ReferenceCount, type Resampling, Signature, type SignatureItem } from "./signature.ts";

/** `references[r][i]` is reference r of segment i; null where a segment has fewer references than others. */
export type ReferenceStreams = readonly (readonly (string | null)[])[];

/** Statistics of every segment of one system's output. */
export interface CorpusStatistics {
  /** [segments, width] */
  rows: Float64Array;
  /** How many there are. */
  segments: number;
  /** Numbers per segment. */
  width: number;
  /** References of each segment. */
  references: ReferenceCount;
}

/** What `corpusScore` gives besides the score. */
export interface CorpusScoreOptions {
  /** Adds a 95 % confidence interval by bootstrap resampling (Koehn 2004). Default: none. */
  bootstrap?: BootstrapOptions;
}

/** A metric: statistics of each segment, and a score in percent of their sums. `BLEU`, `CHRF` and `TER` are its classes. */
export abstract class Metric<S extends Score = Score> {
  /** Name scores carry: `BLEU`, `chrF2++`, `TER`. */
  abstract readonly name: string;
  /** Statistics per segment. */
  abstract readonly width: number;
  /** Whether statistics are counts. Averages (TER) are not. */
  abstract readonly countsOnly: boolean;
  /** Whether a score computed from single-precision statistics is itself a double (BLEU: through exp and log). */
  abstract readonly resultInDouble: boolean;

  /** Writes a segment's statistics to `out` [width]. */
  protected abstract segmentStatistics(hypothesis: string, references: readonly string[], out: Float64Array): void;
  /** The score of summed statistics [width]. */
  protected abstract scoreOf(statistics: Float64Array, signature: Signature, confidence?: Confidence): S;
  protected abstract signatureItems(): SignatureItem[];
  /** The bare number of summed statistics [width]; for resampling. */
  abstract valueOf(statistics: Float64Array, arithmetic: Arithmetic): number;

  /** What its scores are signed with (Post 2018). */
  signature(references: ReferenceCount, resampling?: Resampling): Signature {
    return new Signature(this.signatureItems(), references, resampling);
  }

  /** Scores one system's output, in percent. Throws DataError when streams are empty or differ in length, or a segment has no reference. */
  corpusScore(hypotheses: readonly string[], references: ReferenceStreams, options: CorpusScoreOptions = {}): S {
    const statistics = this.corpusStatistics(hypotheses, references);
    const sums = sumStatistics(statistics);
    if (options.bootstrap === undefined) return this.scoreOf(sums, this.signature(statistics.references));
    const bootstrap = resolveBootstrap(options.bootstrap);
    const signature = this.signature(statistics.references, { bs: bootstrap.samples, seed: bootstrap.seed });
    return this.scoreOf(sums, signature, bootstrapConfidence(this, statistics, bootstrap));
  }

  /** Scores one sentence against its references, in percent. Throws DataError where there are none. */
  sentenceScore(hypothesis: string, references: readonly string[]): S {
    return this.corpusScore(
      [hypothesis],
      references.map((reference) => [reference]),
    );
  }

  /** Statistics of each segment, for repeated scoring of resamples. */
  corpusStatistics(hypotheses: readonly string[], references: ReferenceStreams): CorpusStatistics {
    checkStreams(hypotheses, references);
    const rows = new Float64Array(hypotheses.length * this.width);
    let count: ReferenceCount | undefined;
    for (let i = 0; i < hypotheses.length; i++) {
      const present = references.map((stream) => stream[i]!).filter((reference) => reference !== null);
      if (present.length === 0) {
        throw new DataError(`segment ${i + 1} has no reference`, { nextStep: "Give every segment a reference." });
      }
      if (count === undefined) count = present.length;
      else if (count !== present.length) count = "var";
      this.segmentStatistics(hypotheses[i]!, present, rows.subarray(i * this.width, (i + 1) * this.width));
    }
    return { rows, segments: hypotheses.length, width: this.width, references: count! };
  }
}

/** Sums over the segments: [width]. */
export function sumStatistics({ rows, width }: CorpusStatistics): Float64Array {
  const sums = new Float64Array(width);
  for (let at = 0; at < rows.length; at += width) {
    for (let k = 0; k < width; k++) sums[k]! += rows[at + k]!;
  }
  return sums;
}

function checkStreams(hypotheses: readonly string[], references: ReferenceStreams): void {
  if (hypotheses.length === 0 || references.length === 0) {
    throw new DataError(hypotheses.length === 0 ? "there is nothing to score" : "there are no references", {
      nextStep: "Give at least one hypothesis and one reference for each.",
    });
  }
  references.forEach((stream, r) => {
    if (stream.length !== hypotheses.length) {
      throw new DataError(
        `${hypotheses.length} hypotheses but ${stream.length} segments in reference stream ${r + 1}`,
        { nextStep: "Hypotheses and references must correspond one to one." },
      );
    }
  });
}
