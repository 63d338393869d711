/** Dual conditional cross-entropy (Junczys-Dowmunt 2018): how well two models, one each way, agree that a pair is a translation. */

/** Cross-entropies of a pair: −log P of the target given the source per piece, and the other way round. */
export interface PairEntropies {
  forward: number;
  backward: number;
}

/**
 * How much the two differ, and how large they are: |H1 − H2| + (H1 + H2) / 2. The less the better, 0 at best; infinite where one of them is no number. The
 * paper's score is exp of its negative.
 */
export function dualCrossEntropy({ forward, backward }: PairEntropies): number {
  const value = Math.abs(forward - backward) + (forward + backward) / 2;
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}

/** Which of the values are among the best `share`, at least one: 1 in their places. Of equal ones the first are better. */
export function bestShare(values: Float64Array, share: number): Uint8Array {
  const best = new Uint8Array(values.length);
  if (values.length === 0) return best;
  const count = Math.min(values.length, Math.max(1, Math.round(share * values.length)));
  const worst = values.slice().sort()[count - 1]!;
  let left = count;
  for (const value of values) if (value < worst) left--;
  for (const [i, value] of values.entries()) {
    if (value < worst || (value === worst && left-- > 0)) best[i] = 1;
  }
  return best;
}
