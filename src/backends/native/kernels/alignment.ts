/** Lexical translation probabilities and word alignments from parallel text, by the addon; nothing of it is a tensor. */

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

  /**
   * An iteration of EM for a hidden Markov model of alignments (Vogel, Ney and Tillmann 1996), texts and lexicon as in `emIteration`. Generated pieces come
   * one after the other, each from the empty word with `nullProbability`, or from a given piece; jumps [201] are how often the next one is from −100 … 100
   * places further on, all above 0. Lexicon and jumps are read and replaced.
   */
  hmmIteration(
    given: Int32Array,
    givenStarts: Int32Array,
    generated: Int32Array,
    generatedStarts: Int32Array,
    pieces: number,
    width: number,
    least: number,
    nullProbability: number,
    ids: Int32Array,
    probabilities: Float32Array,
    entries: Int32Array,
    totals: Float32Array,
    jumps: Float32Array,
  ): { logLikelihood: number; unexplained: number };
  /**
   * Writes links [generated positions]: the place in the given sentence, from 0, that each generated piece most probably comes from; −1 for the empty word,
   * and for `</s>`.
   */
  hmmLinks(
    given: Int32Array,
    givenStarts: Int32Array,
    generated: Int32Array,
    generatedStarts: Int32Array,
    pieces: number,
    width: number,
    nullProbability: number,
    ids: Int32Array,
    probabilities: Float32Array,
    entries: Int32Array,
    totals: Float32Array,
    jumps: Float32Array,
    links: Int32Array,
  ): void;
}
