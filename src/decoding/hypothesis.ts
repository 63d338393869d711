/** What searches are asked and what they return. */
import type { LexicalConstraints } from "./beam/lexical-constraints.ts";

/** What a search is asked for. Lengths are in target pieces without `</s>`. */
export interface SearchOptions {
  /** The piece fed first, `<s>`. */
  bosId: number;
  /** The piece that ends a translation, `</s>`. */
  eosId: number;
  /** Hypotheses kept per sentence and step. */
  beamSize: number;
  /** Translations returned per sentence, at most `beamSize`. */
  nBest: number;
  /** [sentences] the translations wanted of each, where they are fewer; beam search alone knows of it. Default: `nBest` of all. */
  wanted?: Int32Array | undefined;
  /** α of the length penalty. */
  lengthPenalty: number;
  /** β of the coverage penalty, 0 or more; above 0 attention is computed. */
  coveragePenalty: number;
  /** `</s>` is not allowed before this many pieces. */
  minLength: number;
  /** [sentences] the most pieces of each sentence's translation; at least 1. One step more is taken, for `</s>`. */
  maxLengths: Int32Array;
  /** Also return the attention of every target piece. */
  withAttention: boolean;
  /** [sentences] what each sentence's translation must have; beam search alone knows of it. Default: nothing. */
  constraints?: readonly LexicalConstraints[] | undefined;
  /** Groups that each keep an equal share of the beam and avoid each other's pieces; beam search alone, without constraints. Default 1. */
  groups?: number;
  /** What a piece loses in log-probability for each hypothesis of the groups before that chose it in the same step. Default 0. */
  groupStrength?: number;
  /** Once it is aborted the search rejects with its reason, after the step under way, and disposes of its states. */
  signal?: AbortSignal | undefined;
}

/** One translation of one sentence. */
export interface Hypothesis {
  /** Target pieces without `<s>` and `</s>`. */
  pieces: Int32Array;
  /** [pieces (+ 1 for `</s>`)] log P of each given those before. Natural logarithms. */
  pieceScores: Float64Array;
  /** log P / lp + cp */
  score: number;
  /** log P of the pieces, and of `</s>` where the translation is complete. Natural logarithm. */
  logProbability: number;
  /** False where the translation was cut at its maximum length. */
  complete: boolean;
  /** [pieces (+ 1 for `</s>`)][source positions]; only when asked for. */
  attention?: Float32Array[];
}
