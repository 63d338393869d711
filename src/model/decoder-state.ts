/** What beam search needs of a model: start from source sentences, advance one piece, reorder rows. */

/** The best next pieces of each row, best first. */
export interface StepCandidates {
  /** [rows, count] piece ids; equal log-probabilities in ascending id order. */
  ids: Int32Array;
  /** [rows, count] natural logarithms. */
  logProbabilities: Float32Array;
  /** [rows, vocabulary] natural logarithms of every piece's probability, when asked for. */
  distribution?: Float32Array;
  /** Attention of this step, when asked for. */
  attention?: StepAttention;
}

/** Attention weights of one step: row r's weights over its sentence's source positions are `weights[offsets[r] … offsets[r + 1])`. */
export interface StepAttention {
  /** Of all rows, one after another; each row's sum is 1. */
  weights: Float32Array;
  /** [rows + 1] */
  offsets: Int32Array;
}

/** What a step is asked for. */
export interface StepRequest {
  /** Best pieces of each row; may be 0 where the distribution is asked for. */
  count: number;
  /** Also the attention over the source. */
  withAttention?: boolean;
  /** Also the log-probability of every piece. */
  distribution?: boolean;
}

/** Hypotheses under way. A row is one hypothesis of one sentence; its state is reordered only by `select`. */
export interface DecoderState {
  /** How many hypotheses there are. */
  readonly rows: number;
  /** [rows] index of each row's sentence in the batch given to `startDecoding`. */
  readonly sentenceOfRow: Int32Array;
  /** Feeds each row's previous piece (`<s>` first) and returns its `count` best next pieces. */
  step(previous: Int32Array, request: StepRequest): Promise<StepCandidates>;
  /** Keeps exactly these rows, in this order; a row may be repeated (branching) or left out (pruned). */
  select(rows: Int32Array): void;
  /** Releases the states. */
  dispose(): void;
}

/** Log-probabilities of given target pieces: `tokens[i][t]` is log P(target t | source i, targets before t), the end piece included. */
export interface ForcedScores {
  /** [sentences][pieces + 1], natural logarithms. */
  tokens: Float32Array[];
}

/** What the gate of a mixture-of-experts layer chose for given pairs. */
export interface ExpertGates {
  /** The layer's name, such as `encoder.moe2`. */
  layer: string;
  /** Whose positions it sees. */
  side: "source" | "target";
  /** How many experts it has. */
  experts: number;
  /**
   * [sentences][positions, experts] weights, 0 for an expert that a position does not use. Positions are those of the source, or those of the steps
   * that give each target piece and the end piece.
   */
  gates: Float32Array[];
}

/** How much the experts of a layer have had to do since the model was opened. */
export interface ExpertLoad {
  /** The layer's name, such as `encoder.moe2`. */
  layer: string;
  /** [experts] positions that each has worked on: pieces of sources, or steps of hypotheses. */
  experts: readonly number[];
  /** Positions that the layer has seen, those that no expert took among them. */
  positions: number;
}

/** What a bound on the memory of experts has meant since the model was opened. */
export interface ExpertMemory {
  /** Bytes of experts that are packed now. */
  bytes: number;
  /** How often a step has used an expert. */
  uses: number;
  /** How often one had to be packed for that. */
  packed: number;
  /** How often one was let go to make room. */
  letGo: number;
}

/** A model that translates: sources and targets are piece ids; a source ends with `</s>`, a target neither begins nor ends with markers. */
export interface TranslationModel {
  /** Pieces of the vocabulary, which source and target share. */
  readonly vocabularySize: number;
  /** Batches that it works on side by side: more than one at a time is worth giving it. */
  readonly parallelism: number;
  /** Encodes the sources; one row for each of them. To be disposed of. */
  startDecoding(sources: readonly Int32Array[]): Promise<DecoderState>;
  /** Scores each source's given target. */
  forceScore(sources: readonly Int32Array[], targets: readonly Int32Array[]): Promise<ForcedScores>;
  /** Which experts take each position of given pairs, the encoder's layers first, from the lowest up; absent where that cannot be told. */
  expertGates?(sources: readonly Int32Array[], targets: readonly Int32Array[]): Promise<ExpertGates[]>;
  /** What its experts have worked on since it was opened, the encoder's layers first, from the lowest up; absent where that is not counted. */
  expertLoad?(): ExpertLoad[];
  /** How its experts fit into their memory; undefined where that has no bound. */
  expertMemory?(): ExpertMemory | undefined;
  /** Releases the parameters. */
  dispose(): void;
}
