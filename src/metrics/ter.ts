/** TER (Snover et al. 2006, "A Study of Translation Edit Rate with Targeted Human Annotation"), as Tercom computes it. */
import { type Arithmetic, DOUBLE } from "./arithmetic.ts";
import { Metric, type ReferenceStreams } from "./metric.ts";
import { type Confidence, Score } from "./score.ts";
import type { Signature, SignatureItem } from "./signature.ts";
import { type TercomOptions, tercomWords } from "./tokenizers/tercom.ts";
import { TranslationEdits } from "./translation-edits.ts";
import { stripEnd } from "./white-space.ts";
import { WordNumbers } from "./word-numbers.ts";

/** Options of TER; the defaults are sacreBLEU's. */
export type TerOptions = TercomOptions;

/** TER in percent, with what it is made of. */
export class TerScore extends Score {
  /** Insertions, deletions, substitutions and shifts. */
  readonly edits: number;
  /** Reference words, averaged over each segment's references. */
  readonly referenceLength: number;

  constructor(score: number, edits: number, referenceLength: number, signature: Signature, confidence?: Confidence) {
    super("TER", score, signature, confidence);
    this.edits = edits;
    this.referenceLength = referenceLength;
  }
}

/**
 * Translation edit rate (Snover et al. 2006) as sacreBLEU computes it: edits and shifts in percent of the reference's words; lower is better.
 * Statistics of a segment: edits towards the reference that needs fewest, average reference length.
 *
 * @example
 * import { TER } from "gnmt-moe/metrics";
 *
 * const hypotheses = ["the cat sat on a mat", "there is a dog"];
 * const references = [["the cat sat on the mat", "there is a dog"]];
 * console.log(new TER({ normalized: true }).corpusScore(hypotheses, references).format());
 */
export class TER extends Metric<TerScore> {
  /** What its scores are called. */
  readonly name = "TER";
  /** Edits, reference length. */
  readonly width = 2;
  /** A reference length may be an average. */
  readonly countsOnly = false;
  /** Nothing in it goes through exp or log. */
  readonly resultInDouble = false;
  private readonly options: TerOptions;
  private readonly words = new WordNumbers();
  private readonly edits = new TranslationEdits();

  constructor(options: TerOptions = {}) {
    super();
    this.options = options;
  }

  protected segmentStatistics(hypothesis: string, references: readonly string[], out: Float64Array): void {
    this.words.clear();
    const hypothesisWords = this.words.of(this.preprocess(hypothesis));
    let fewest = Number.POSITIVE_INFINITY;
    let referenceLengths = 0;
    for (const reference of references) {
      // sacreBLEU tokenizes references twice, which shows where an entity hides another (`&amp;lt;`).
      const referenceWords = this.words.of(this.preprocess(this.preprocess(reference).join(" ")));
      fewest = Math.min(fewest, this.edits.between(hypothesisWords, referenceWords));
      referenceLengths += referenceWords.length;
    }
    out[0] = fewest;
    out[1] = referenceLengths / references.length;
  }

  protected scoreOf(statistics: Float64Array, signature: Signature, confidence?: Confidence): TerScore {
    return new TerScore(this.valueOf(statistics, DOUBLE), statistics[0]!, statistics[1]!, signature, confidence);
  }

  /** Percent; an empty reference with a hypothesis counts as 100. */
  valueOf(statistics: Float64Array, { result }: Arithmetic): number {
    const edits = statistics[0]!;
    const length = statistics[1]!;
    if (length > 0) return result(100 * result(edits / length));
    return edits > 0 ? 100 : 0;
  }

  protected signatureItems(): SignatureItem[] {
    const { normalized = false, noPunctuation = false, asianSupport = false, caseSensitive = false } = this.options;
    return [
      { key: "case", short: "c", value: caseSensitive ? "mixed" : "lc" },
      { key: "tok", short: "t", value: "tercom" },
      { key: "norm", short: "nr", value: normalized },
      { key: "punct", short: "pn", value: !noPunctuation },
      { key: "asian", short: "as", value: asianSupport },
    ];
  }

  private preprocess(line: string): string[] {
    return tercomWords(stripEnd(line), this.options);
  }
}

/**
 * TER of a corpus in percent: `references` are streams, each with one line a hypothesis. Throws DataError where the
 * numbers of lines differ.
 *
 * @example
 * import { corpusTer } from "gnmt-moe/metrics";
 *
 * const hypotheses = ["the cat sat on a mat", "there is a dog"];
 * const references = [["the cat sat on the mat", "there is a dog"]];
 * corpusTer(hypotheses, references).score; // 10.00
 */
export function corpusTer(
  hypotheses: readonly string[],
  references: ReferenceStreams,
  options: TerOptions = {},
): TerScore {
  return new TER(options).corpusScore(hypotheses, references);
}
