/** Sums over the ranks of a job that all of them need at once. */
import type { Communicator } from "./communicator.ts";

/**
 * Each number's sum over all ranks, in double precision and added up in their order, so that it has the same bits on all. Blocks until every rank has
 * called it, with as many numbers.
 */
export function sumNumbers(ranks: Communicator, own: Float64Array): Float64Array {
  if (ranks.size === 1) return own;
  const all = ranks.gatherNumbers(own).wait();
  return own.map((_, i) => all.reduce((sum, numbers) => sum + numbers[i]!, 0));
}
