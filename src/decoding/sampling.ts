/** Sampling from the model: temperature, the k most probable pieces (Fan et al. 2018, §5), and rules on what is left (truncation.ts). */
import { Random } from "../base/random.ts";
import { sampleStream } from "../base/random-streams.ts";
import type { TranslationModel } from "../model/decoder-state.ts";
import type { Hypothesis, SearchOptions } from "./hypothesis.ts";
import { type Choice, singleSearch } from "./single-search.ts";
import { sum, type TruncationOptions, truncate } from "./truncation.ts";

/** How pieces are drawn: after the temperature among the `topK` best, and of these among those that the other rules leave. */
export interface SamplingOptions extends TruncationOptions {
  /** Sample among this many best pieces; 0 = all. */
  topK: number;
  /** Log-probabilities are divided by it; below 1 is bolder about the best, above 1 more varied. Above 0. */
  temperature: number;
  /** A whole number from 0 on. With a line's number and a sample's it names the random numbers of that sample. */
  seed: number;
}

/**
 * One sampled translation per source. `streams[s]`, below 2^40, names sentence s's own random numbers (its line, say) and `sample` those of
 * its first, second, … translation, so that each is the same in any batch. `logProbability` is the model's own, without
 * temperature or truncation.
 */
export function sampleSearch(
  model: TranslationModel,
  sources: readonly Int32Array[],
  options: SearchOptions,
  sampling: SamplingOptions,
  streams: ArrayLike<number>,
  sample = 0,
): Promise<Hypothesis[]> {
  const count = sampling.topK > 0 ? sampling.topK + 1 : model.vocabularySize;
  const generators = sources.map((_, s) => new Random(sampling.seed, sampleStream(streams[s]!, sample)));
  const weights = new Float64Array(Math.min(count, model.vocabularySize));
  const choose = (choice: Choice) => draw(choice, options.eosId, sampling, weights, generators[choice.sentence]!);
  return singleSearch(model, sources, options, count, choose);
}

/** Draws a candidate; `weights` is scratch space, one number a candidate. */
function draw(choice: Choice, eosId: number, sampling: SamplingOptions, weights: Float64Array, random: Random): number {
  const { candidates, from, to, endAllowed } = choice;
  const { ids, logProbabilities } = candidates;
  const topK = sampling.topK > 0 ? sampling.topK : to - from;
  let best = Number.NEGATIVE_INFINITY;
  let taken = 0;
  for (let at = from; at < to; at++) {
    const allowed = taken < topK && (endAllowed || ids[at] !== eosId);
    if (allowed && taken++ === 0) best = logProbabilities[at]!;
    // Relative to the best, so that a low temperature doesn't underflow every weight.
    const weight =
      allowed && best > Number.NEGATIVE_INFINITY ? Math.exp((logProbabilities[at]! - best) / sampling.temperature) : 0;
    weights[at - from] = weight;
  }
  const count = to - from;
  if (best === Number.NEGATIVE_INFINITY) return -1;
  truncate(weights, count, sampling);
  let left = random.uniform() * sum(weights, count);
  let last = -1;
  for (let i = 0; i < count; i++) {
    if (weights[i] === 0) continue;
    last = from + i;
    left -= weights[i]!;
    if (left < 0) break;
  }
  return last;
}
