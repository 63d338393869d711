/** Lexical translation probabilities from parallel text, by the addon; nothing of it is a tensor. */

export interface AlignmentKernels {
  /**
   * An iteration of EM for IBM model 1, from equal probabilities where `isFirst`. Sentences of a side lie one after the other in `given` or `generated`,
   * sentence n at [starts[n], starts[n + 1]), and end with `</s>`: where given it is the empty word, where generated it is left out. The lexicon is read and
   * replaced: row g of ids and probabilities [pieces, width] has entries[g] generated pieces, ids ascending, with p(piece | g), which add up to 1; totals[g]
   * is how many pieces g is expected to generate. Entries below `least` are dropped, then all but the `width` largest. Gives the natural log-likelihood of
   * the text by the probabilities before, and how many generated pieces no entry explains, which it leaves out.
   */
  emIteration(
    given: Int32Array,
    givenStarts: Int32Array,
    generated: Int32Array,
    generatedStarts: Int32Array,
    pieces: number,
    width: number,
    least: number,
    isFirst: boolean,
    ids: Int32Array,
    probabilities: Float32Array,
    entries: Int32Array,
    totals: Float32Array,
  ): { logLikelihood: number; unexplained: number };
}
