/** Options of `nmt translate` that draw translations instead of searching for them. */
import type { Options } from "yargs";
import type { SamplingOptions } from "../../../decoding/sampling.ts";

export interface SamplingArguments {
  sampling_topk: number | undefined;
  sampling_topp: number | undefined;
  sampling_temperature: number | undefined;
  sampling_minp: number | undefined;
  sampling_epsilon: number | undefined;
  sampling_typicalp: number | undefined;
  seed: number;
  num_samples: number | undefined;
}

export const samplingOptions = {
  sampling_topk: { type: "number", describe: "Sample among the K best pieces instead of searching; 0 for all" },
  sampling_topp: { type: "number", describe: "Sample among the best pieces of this total probability" },
  sampling_minp: { type: "number", describe: "Sample among pieces at least this share as probable as the best" },
  sampling_epsilon: { type: "number", describe: "Sample among pieces of at least this probability" },
  sampling_typicalp: {
    type: "number",
    describe: "Sample among the pieces of most typical information, of this total probability",
  },
  sampling_temperature: { type: "number", describe: "Sample at this temperature", defaultDescription: "1" },
  seed: {
    type: "number",
    default: 1,
    describe: "Of sampling: sample k of line i is the same in any batch, and for any n_best",
  },
} satisfies Record<string, Options>;

/** Sampling, where any of its options was given. */
export function samplingOf(args: SamplingArguments): SamplingOptions | undefined {
  const { sampling_topk: topK, sampling_topp: topP, sampling_temperature: temperature, seed } = args;
  const { sampling_minp: minP, sampling_epsilon: epsilon, sampling_typicalp: typicalP } = args;
  const given = [topK, topP, temperature, minP, epsilon, typicalP, args.num_samples];
  if (given.every((value) => value === undefined)) return undefined;
  const rules = { topP: topP ?? 1, minP: minP ?? 0, epsilon: epsilon ?? 0, typicalP: typicalP ?? 1 };
  return { topK: topK ?? 0, temperature: temperature ?? 1, seed, ...rules };
}
