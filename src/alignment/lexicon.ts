/** Lexical translation probabilities of one direction: IBM model 1 (Brown et al. 1993), learnt by EM in native code. */
import type { AlignmentKernels } from "../backends/native/kernels/alignment.ts";
import type { EncodedSentences } from "./parallel-text.ts";

/** p(generated | given) of the most probable generated pieces of each given one. */
export interface Lexicon {
  /** Wordpieces of the vocabulary, which both sides share. */
  pieces: number;
  /** Generated pieces of a row at most. */
  width: number;
  /** [pieces, width] generated pieces of each given one, ascending */
  ids: Int32Array;
  /** [pieces, width] their probabilities */
  probabilities: Float32Array;
  /** [pieces] how many of a row are used */
  entries: Int32Array;
  /** [pieces] how many pieces of the text each given one is expected to have generated */
  totals: Float32Array;
}

export interface LexiconOptions {
  pieces: number;
  width: number;
  /** Smaller probabilities are dropped after each iteration. */
  least: number;
  iterations: number;
  /** Hears of each iteration, from 1, and of the text's perplexity before it: of the generated pieces that some entry explains. */
  onIteration?: (iteration: number, perplexity: number) => void;
}

/**
 * Starts from equal probabilities. The given side's `</s>` is the model's empty word; the generated side's is left out.
 * The same bits for any number of threads of the addon.
 *
 * @example learnLexicon(loadAddon(), text.source, text.target, { pieces: 8000, width: 512, least: 1e-6, iterations: 5 })
 */
export function learnLexicon(
  kernels: AlignmentKernels,
  given: EncodedSentences,
  generated: EncodedSentences,
  { pieces, width, least, iterations, onIteration }: LexiconOptions,
): Lexicon {
  const lexicon: Lexicon = {
    pieces,
    width,
    ids: new Int32Array(pieces * width),
    probabilities: new Float32Array(pieces * width),
    entries: new Int32Array(pieces),
    totals: new Float32Array(pieces),
  };
  const positions = generated.ids.length - (generated.starts.length - 1);
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const { logLikelihood, unexplained } = kernels.emIteration(
      given.ids,
      given.starts,
      generated.ids,
      generated.starts,
      pieces,
      width,
      least,
      iteration === 1,
      lexicon.ids,
      lexicon.probabilities,
      lexicon.entries,
      lexicon.totals,
    );
    onIteration?.(iteration, Math.exp(-logLikelihood / (positions - unexplained)));
  }
  return lexicon;
}
