/** A shortlist from a parallel text: lexicons of both directions, the best of each source piece, the frequent target pieces. */
import type { AlignmentKernels } from "../backends/native/kernels/alignment.ts";
import { candidateRows } from "./candidate-rows.ts";
import { learnLexicon } from "./lexicon.ts";
import type { EncodedSentences, ParallelText } from "./parallel-text.ts";
import type { ShortlistContent, ShortlistPieces } from "./shortlist.ts";

/** Entries of a lexicon's row: memory is 8 bytes each for each piece. */
const WIDTH = 512;
/** Smaller probabilities are dropped between iterations. */
const LEAST = 1e-6;

export interface ShortlistOptions {
  /** The most frequent target pieces to keep. */
  first: number;
  /** Target pieces to keep of each source piece, the best ones. */
  best: number;
  /** Of EM, in each direction. */
  iterations: number;
  onMessage?: (message: string) => void;
}

/** Pieces of which it is known whether text becomes them; text/wordpiece-model.ts has it. */
export interface LearntPieces extends ShortlistPieces {
  /** Whether no text becomes the piece, such as `</s>` or a language tag. */
  isControl(id: number): boolean;
}

/**
 * Learns in the threads of the addon; the same for any number of them.
 *
 * @example learnShortlist(loadAddon(), text, wordpieces, { first: 100, best: 100, iterations: 5 })
 */
export function learnShortlist(
  kernels: AlignmentKernels,
  { source, target }: ParallelText,
  pieces: LearntPieces,
  { first, best, iterations, onMessage = () => {} }: ShortlistOptions,
): ShortlistContent {
  const lexicon = (direction: string, given: EncodedSentences, generated: EncodedSentences) =>
    learnLexicon(kernels, given, generated, {
      pieces: pieces.size,
      width: Math.min(pieces.size, Math.max(WIDTH, best)),
      least: LEAST,
      iterations,
      onIteration: (iteration, perplexity) =>
        onMessage(`${direction}: iteration ${iteration} of ${iterations}, perplexity ${perplexity.toFixed(1)}`),
    });
  const forward = lexicon("source to target", source, target);
  const backward = lexicon("target to source", target, source);
  return {
    ...candidateRows(forward, backward, best, (id) => !pieces.isControl(id)),
    frequent: frequentPieces(target, pieces, first),
  };
}

/** The most frequent pieces, without `</s>`; the lower id first where they are as frequent. */
function frequentPieces(
  { ids }: EncodedSentences,
  { size, eosId }: LearntPieces,
  first: number,
): Int32Array<ArrayBuffer> {
  const counts = new Int32Array(size);
  for (const id of ids) counts[id]!++;
  return Int32Array.from(counts.keys())
    .filter((id) => counts[id]! > 0 && id !== eosId)
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, first);
}
