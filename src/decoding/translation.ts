/** Translations of lines, and what a translator warns about. */

/** A line with what is asked of its translation. */
export interface SourceLine {
  /** One line of text. */
  text: string;
  /** What the translation begins with. Its last word may go on unless white space follows: `Hun` of `Hund`. */
  targetPrefix?: string;
  /** Whether the prefix ends with a whole word, though no white space follows: a full stop may still. Default false. */
  prefixIsWhole?: boolean;
  /**
   * Words or phrases that the translation must have, each of them, or one of several wordings: `["Datei", ["öffnen", "Öffnen"]]`. A word may go on
   * behind a term: `Hund` is in `Hunde`.
   */
  terms?: readonly (string | readonly string[])[];
  /** Translations wanted, where they are fewer than the translator's `nBest`: its search ends the earlier. Default: `nBest`. */
  nBest?: number;
}

/** One translation of a line, with its score. */
export interface TranslatedHypothesis {
  /** One line of text. */
  text: string;
  /** log P / lp + cp; the sort key of an n-best list. */
  score: number;
  /** log P, natural logarithm. */
  logProbability: number;
  /** False where it was cut at the maximum length. */
  complete: boolean;
  /** Target pieces without `</s>`. */
  pieces: string[];
  /** [pieces + 1 for `</s>` where complete][source pieces]; only when asked for. */
  attention?: Float32Array[];
  /** [words of `text`][words of the source] attention of words between white space; only when asked for. */
  alignment?: Float32Array[];
  /** [words of `text` + 1 for `</s>` where complete] log P of each given those before, natural logarithms; only when asked for. */
  wordScores?: number[];
}

/** A line's translations. */
export interface Translation {
  /** From 1. */
  line: number;
  /** The line as it was given. */
  source: string;
  /** The source as the model read it: language tag, pieces, `</s>`. Empty for a line that was not translated. */
  sourcePieces: string[];
  /** Best first, no two with the same text; when sampling, as they were drawn. Empty for a blank line and for one that was not translated. */
  hypotheses: TranslatedHypothesis[];
}

/** The best translation's text; blank for a blank line. */
export function bestText({ hypotheses }: Translation): string {
  return hypotheses[0]?.text ?? "";
}

/** What `onWarning` of a translator is told; lines count from 1. */
export type TranslationWarning =
  /** The line was not translated and its translation is blank. */
  | { kind: "source-too-long"; line: number; pieces: number; limit: number }
  /** The line is longer than input may be, was not read, and its translation is blank. */
  | { kind: "line-too-long"; line: number }
  /** The vocabulary cannot spell a term, which the translation need not have then. */
  | { kind: "term-left-out"; line: number; term: string }
  /** The best translation, or a sample, reached its maximum length and lacks its end. */
  | { kind: "cut"; line: number; pieces: number };

/** The warning as one line of text. */
export function describeWarning(warning: TranslationWarning): string {
  const { line } = warning;
  if (warning.kind === "line-too-long") return `line ${line}: not translated, left blank: it is longer than 1 MiB`;
  if (warning.kind === "term-left-out") {
    return `line ${line}: the vocabulary cannot spell the term "${warning.term}", which is left out`;
  }
  const { pieces } = warning;
  if (warning.kind === "cut") return `line ${line}: the translation was cut at its maximum length, ${pieces} pieces`;
  return `line ${line}: not translated, left blank: ${pieces} pieces, more than max_source_length ${warning.limit}`;
}

/** What a translator has done so far. */
export interface TranslationCounts {
  /** Lines given, blank ones among them. */
  lines: number;
  /** Lines without a wordpiece. */
  blank: number;
  /** Not translated: more than `maxSourceLength` pieces, or too long to be read. */
  tooLong: number;
  /** Best translation, or a sample, cut at its maximum length. */
  cut: number;
  /** Wordpieces of the lines, without tags and `</s>`. */
  sourcePieces: number;
  /** Wordpieces of best translations, or of all samples, without `</s>`. */
  targetPieces: number;
}
