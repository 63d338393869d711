/** Batches of sentences of similar length: sorted longest first, cut by a budget. */
import { rankByLength } from "../../base/packed-layout.ts";

/** Limits of a batch. */
export interface BatchBudget {
  /** Most sentences of a batch. */
  sentences: number;
  /** Most pieces of a batch; a longer sentence is alone. */
  pieces: number;
}

/** Batches of sentence indices, longest sentences first. */
export function lengthBatches(lengths: ArrayLike<number>, budget: BatchBudget): Int32Array[] {
  const order = rankByLength(lengths);
  const batches: Int32Array[] = [];
  let start = 0;
  let pieces = 0;
  for (let i = 0; i < order.length; i++) {
    const length = lengths[order[i]!]!;
    if (i > start && (i - start === budget.sentences || pieces + length > budget.pieces)) {
      batches.push(order.slice(start, i));
      start = i;
      pieces = 0;
    }
    pieces += length;
  }
  if (start < order.length) batches.push(order.slice(start));
  return batches;
}
