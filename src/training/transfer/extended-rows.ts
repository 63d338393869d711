/** Rows of tables for wordpieces that a vocabulary gained: each is the mean of the rows of the pieces it was written in before. */

import { isTargetTag } from "../../text/languages.ts";
import type { WordpieceModel } from "../../text/wordpiece-model.ts";

/** For each new piece, in order of id: ids of pieces that the vocabulary had before. */
export type NewRows = readonly (readonly number[])[];

/**
 * What each new piece was written in. No text becomes a control piece: a language tag is like the tags before it, and where there were none
 * like `<s>`, which is never predicted either.
 */
export function rowsOfNewPieces(before: WordpieceModel, now: WordpieceModel): NewRows {
  const tags = Array.from({ length: before.size }, (_, id) => id).filter((id) => isTargetTag(before.pieceOf(id)));
  const likeTags = tags.length > 0 ? tags : [before.bosId];
  return Array.from({ length: now.size - before.size }, (_, i) => {
    const id = before.size + i;
    return now.isControl(id) ? likeTags : [...before.encodeNormalized(now.pieceOf(id))];
  });
}

/** The table [pieces, …] with a row for each list of ids: the mean of their rows, or zeros for an empty list. */
export function extendRows(table: Float32Array, shape: readonly number[], rows: NewRows): Float32Array {
  const [pieces] = shape;
  const width = table.length / pieces!;
  const all = new Float32Array((pieces! + rows.length) * width);
  all.set(table);
  for (const [i, ids] of rows.entries()) {
    const row = (pieces! + i) * width;
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (const id of ids) sum += table[id * width + column]!;
      all[row + column] = ids.length === 0 ? 0 : sum / ids.length;
    }
  }
  return all;
}
