/** A parallel text as piece ids, in memory, as lexicons are learnt from it. */

/** The sentences of one side, one after the other; each ends with `</s>`. */
export interface EncodedSentences {
  /** [positions] */
  ids: Int32Array;
  /** [sentences + 1] sentence n has the positions [starts[n], starts[n + 1]). */
  starts: Int32Array;
}

/** Line by line, both sides. */
export interface ParallelText {
  /** As the model reads it: language tag where it has tags, pieces, `</s>`. */
  source: EncodedSentences;
  /** Pieces and `</s>`. */
  target: EncodedSentences;
}
