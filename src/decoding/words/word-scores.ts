/** How sure a model is of each word of its translation. */
import type { PieceWords } from "../../text/piece-words.ts";

/**
 * Natural logarithm of each word's probability given the source and what stands before it: the sum over its pieces. `pieceScores` are those of the target's
 * pieces; one more, that of `</s>`, is the last of the result. A piece of several words counts for the first of them.
 */
export function wordScores(pieceScores: ArrayLike<number>, target: PieceWords): number[] {
  const scores = new Array<number>(target.words).fill(0);
  const pieces = target.first.length;
  for (let t = 0; t < pieces; t++) if (target.first[t]! >= 0) scores[target.first[t]!]! += pieceScores[t]!;
  return pieceScores.length > pieces ? [...scores, pieceScores[pieces]!] : scores;
}
