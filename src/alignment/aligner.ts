/** Which pieces of a translation come from which of its source, learnt from parallel text: a hidden Markov model in each direction. */
import type { AlignmentKernels } from "../backends/native/kernels/alignment.ts";
import { type Lexicon, learnLexicon } from "./lexicon.ts";
import type { EncodedSentences, ParallelText } from "./parallel-text.ts";

/** Jumps that are told apart, forwards and backwards; longer ones count as the longest. */
const LONGEST_JUMP = 100;
/** Of a piece that comes from no given one (Och and Ney 2003, section 2.1). */
const NULL_PROBABILITY = 0.2;
/** Smaller lexical probabilities are dropped between iterations. */
const LEAST = 1e-6;
/** Entries of a row of the lexicon, 8 bytes each for each piece. */
const WIDTH = 512;

export interface AlignerOptions {
  /** Wordpieces of the vocabulary. */
  pieces: number;
  /** Of EM: first for IBM model 1, from which the hidden Markov model starts. In each direction. */
  iterations: { lexicon: number; hmm: number };
  /** Hears of each iteration. */
  onMessage?: (message: string) => void;
}

/** For each position of one side its place in the sentence of the other, from 0; −1 for none, and for `</s>`. */
export interface DirectedLinks {
  /** [target positions] */
  sources: Int32Array;
  /** [source positions] */
  targets: Int32Array;
}

/** One direction. */
interface AlignmentModel {
  lexicon: Lexicon;
  /** [2 · LONGEST_JUMP + 1] */
  jumps: Float32Array;
}

/** Learns from a text, and aligns any. Same bits for any number of threads of the addon. */
export class Aligner {
  private readonly kernels: AlignmentKernels;
  private readonly forward: AlignmentModel;
  private readonly backward: AlignmentModel;

  private constructor(kernels: AlignmentKernels, forward: AlignmentModel, backward: AlignmentModel) {
    this.kernels = kernels;
    this.forward = forward;
    this.backward = backward;
  }

  /**
   * `text` has no language tags: a tag is no word.
   *
   * @example Aligner.learn(loadAddon(), text, { pieces: 8000, iterations: { lexicon: 5, hmm: 4 } }).links(text)
   */
  static learn(kernels: AlignmentKernels, { source, target }: ParallelText, options: AlignerOptions): Aligner {
    return new Aligner(
      kernels,
      learnDirection(kernels, "source to target", source, target, options),
      learnDirection(kernels, "target to source", target, source, options),
    );
  }

  links({ source, target }: ParallelText): DirectedLinks {
    return {
      sources: this.directed(this.forward, source, target),
      targets: this.directed(this.backward, target, source),
    };
  }

  private directed(
    { lexicon, jumps }: AlignmentModel,
    given: EncodedSentences,
    generated: EncodedSentences,
  ): Int32Array {
    const links = new Int32Array(generated.ids.length);
    const { pieces, width, ids, probabilities, entries, totals } = lexicon;
    this.kernels.hmmLinks(
      ...sidesOf(given, generated),
      pieces,
      width,
      NULL_PROBABILITY,
      ids,
      probabilities,
      entries,
      totals,
      jumps,
      links,
    );
    return links;
  }
}

function learnDirection(
  kernels: AlignmentKernels,
  direction: string,
  given: EncodedSentences,
  generated: EncodedSentences,
  { pieces, iterations, onMessage = () => {} }: AlignerOptions,
): AlignmentModel {
  const width = Math.min(pieces, WIDTH);
  const tell = (model: string, iteration: number, count: number, perplexity: number) =>
    onMessage(`${direction}: ${model} ${iteration} of ${count}, perplexity ${perplexity.toFixed(1)}`);
  const lexicon = learnLexicon(kernels, given, generated, {
    pieces,
    width,
    least: LEAST,
    iterations: iterations.lexicon,
    onIteration: (iteration, perplexity) => tell("IBM model 1", iteration, iterations.lexicon, perplexity),
  });
  const jumps = firstJumps();
  const { ids, probabilities, entries, totals } = lexicon;
  const positions = generated.ids.length - (generated.starts.length - 1);
  for (let iteration = 1; iteration <= iterations.hmm; iteration++) {
    const { logLikelihood } = kernels.hmmIteration(
      ...sidesOf(given, generated),
      pieces,
      width,
      LEAST,
      NULL_PROBABILITY,
      ids,
      probabilities,
      entries,
      totals,
      jumps,
    );
    tell("hidden Markov model", iteration, iterations.hmm, Math.exp(-logLikelihood / positions));
  }
  return { lexicon, jumps };
}

function sidesOf(given: EncodedSentences, generated: EncodedSentences) {
  return [given.ids, given.starts, generated.ids, generated.starts] as const;
}

/** Most words are translated by words that follow one another. */
function firstJumps(): Float32Array {
  return Float32Array.from(
    { length: 2 * LONGEST_JUMP + 1 },
    (_, at) => Math.exp(-Math.abs(at - LONGEST_JUMP - 1) / 2) + 1e-3,
  );
}
