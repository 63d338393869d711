/** A shortlist from a parallel text: lexicons of both directions, the best of each source piece, the frequent target pieces. */

import { learnLexicon } from "../alignment/lexicon.ts";
import type { EncodedSentences, ParallelText } from "../alignment/parallel-text.ts";
import type { AlignmentKernels } from "../backends/native/kernels/alignment.ts";
import { candidateRows, type RowOptions } from "./candidate-rows.ts";
import type { ShortlistContent, ShortlistPieces } from "./shortlist.ts";

/** Entries of a row of a lexicon, 8 bytes each for each piece; so many targets of a source piece can be asked for. */
export const MOST_BEST = 512;
/** Smaller probabilities are dropped between iterations. */
const LEAST = 1e-6;

export interface ShortlistOptions extends RowOptions {
  /** The most frequent target pieces to keep. */
  first: number;
  /** Of EM, in each direction. */
  iterations: number;
  onMessage?: (message: string) => void;
}

/**
 * Learns in the threads of the addon; the same bits for any number of them. `best` is at most MOST_BEST.
 *
 * @example learnShortlist(loadAddon(), text, wordpieces, { first: 100, best: 100, threshold: 0, iterations: 3 })
 */
export function learnShortlist(
  kernels: AlignmentKernels,
  { source, target }: ParallelText,
  pieces: Pick<ShortlistPieces, "size" | "eosId">,
  { first, iterations, onMessage = () => {}, ...rows }: ShortlistOptions,
): ShortlistContent {
  const lexicon = (direction: string, given: EncodedSentences, generated: EncodedSentences) =>
    learnLexicon(kernels, given, generated, {
      pieces: pieces.size,
      width: Math.min(pieces.size, MOST_BEST),
      least: LEAST,
      iterations,
      onIteration: (iteration, perplexity) =>
        onMessage(`${direction}: iteration ${iteration} of ${iterations}, perplexity ${perplexity.toFixed(1)}`),
    });
  const forward = lexicon("source to target", source, target);
  const backward = lexicon("target to source", target, source);
  return { ...candidateRows(forward, backward, pieces.eosId, rows), frequent: frequentPieces(target, pieces, first) };
}

/** The most frequent pieces, without `</s>`; the lower id first where they are as frequent. */
function frequentPieces(
  { ids }: EncodedSentences,
  { size, eosId }: Pick<ShortlistPieces, "size" | "eosId">,
  first: number,
): Int32Array<ArrayBuffer> {
  const counts = new Int32Array(size);
  for (const id of ids) counts[id]!++;
  return Int32Array.from(counts.keys())
    .filter((id) => counts[id]! > 0 && id !== eosId)
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, first);
}
