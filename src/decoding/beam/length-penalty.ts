/** Scores of finished translations (Wu et al. 2016, §7): log P / lp + cp. */

/**
 * lp = ((5 + length) / 6)^α. `length` counts the target pieces the model predicted, `</s>` among them, `<s>` not.
 * α = 0 ranks by plain log-probability; larger values favour longer translations.
 */
export function lengthPenalty(length: number, alpha: number): number {
  return ((5 + length) / 6) ** alpha;
}

/** Attention below this counts as this much, so that a source position that was never looked at costs a lot, not infinity. */
const LEAST_COVERAGE = 1e-9;

/**
 * cp = β · Σ over source positions of log(min(attention received, 1)): never positive, 0 when every position was covered.
 * `coverage[from … to)` is the attention each source position received, summed over the target.
 */
export function coveragePenalty(coverage: ArrayLike<number>, beta: number, from = 0, to = coverage.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += Math.log(Math.min(Math.max(coverage[i]!, LEAST_COVERAGE), 1));
  return beta * sum;
}

/**
 * The best score that any continuation can still reach, for a hypothesis of log-probability `logProbability` that will have
 * between `shortest` and `longest` pieces: log P can only fall, and the coverage penalty is at most 0.
 */
export function bestReachableScore(logProbability: number, shortest: number, longest: number, alpha: number): number {
  return Math.max(logProbability / lengthPenalty(shortest, alpha), logProbability / lengthPenalty(longest, alpha));
}
