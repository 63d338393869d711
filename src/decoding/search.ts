/** One search call for every setting: greedy for a beam of 1, else beam search. */
import type { TranslationModel } from "../model/decoder-state.ts";
import { beamSearch } from "./beam-search.ts";
import { greedySearch } from "./greedy-search.ts";
import type { Hypothesis, SearchOptions } from "./hypothesis.ts";

/** The `nBest` best translations of each source, best first. */
export function search(
  model: TranslationModel,
  sources: readonly Int32Array[],
  options: SearchOptions,
): Hypothesis[][] {
  if (options.beamSize > 1) return beamSearch(model, sources, options);
  return greedySearch(model, sources, options).map((hypothesis) => [hypothesis]);
}
