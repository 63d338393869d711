/** One search call for every setting: greedy for a beam of 1 without constraints, else beam search. */
import type { TranslationModel } from "../model/decoder-state.ts";
import { beamSearch } from "./beam-search.ts";
import type { Hypothesis, SearchOptions } from "./hypothesis.ts";
import { type Choice, singleSearch } from "./single-search.ts";

/** The `nBest` best translations of each source, best first. */
export async function search(
  model: TranslationModel,
  sources: readonly Int32Array[],
  options: SearchOptions,
): Promise<Hypothesis[][]> {
  if (options.beamSize > 1 || options.constraints !== undefined) return beamSearch(model, sources, options);
  return (await greedySearch(model, sources, options)).map((hypothesis) => [hypothesis]);
}

/**
 * Greedy search: the most probable piece at every step. The same translations and scores as a beam of 1, without its bookkeeping.
 * One translation per source; `beamSize` and `nBest` are taken as 1.
 */
export function greedySearch(
  model: TranslationModel,
  sources: readonly Int32Array[],
  options: SearchOptions,
): Promise<Hypothesis[]> {
  const { eosId, minLength } = options;
  const best = ({ candidates: { ids, logProbabilities }, from, to, endAllowed }: Choice) => {
    let at = from;
    if (!endAllowed && ids[at] === eosId) at++;
    return at < to && logProbabilities[at]! > Number.NEGATIVE_INFINITY ? at : -1;
  };
  return singleSearch(model, sources, options, minLength > 0 ? 2 : 1, best);
}
