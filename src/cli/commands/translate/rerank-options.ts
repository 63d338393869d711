/** Options of `nmt translate` that choose among a line's translations by more than the search's own score. */
import type { Options } from "yargs";
import { UsageError } from "../../../base/errors.ts";

export interface RerankArguments {
  mbr: "chrf" | "bleu" | undefined;
  num_samples: number | undefined;
  rerank_model: string | undefined;
  rerank_lm: string | undefined;
  rerank_weights: number[] | undefined;
  n_best: number;
  return_alternatives: boolean;
}

/** Samples to choose among where a sampling option is given and their number isn't. */
const DEFAULT_SAMPLES = 100;

export const rerankOptions = {
  mbr: {
    choices: ["chrf", "bleu"] as const,
    describe:
      "Minimum Bayes risk: of the beam's hypotheses, or of samples, take those with the largest mean chrF or BLEU against the others",
  },
  num_samples: {
    type: "number",
    describe: "Samples a line that --mbr, --rerank_model and --rerank_lm choose among",
    defaultDescription: `${DEFAULT_SAMPLES} with a sampling option; else none: the beam's hypotheses`,
  },
  rerank_model: {
    type: "string",
    describe: "Model directory from target to source: translations are ranked by log P of the source given them, too",
  },
  rerank_lm: {
    type: "string",
    describe: "Language model's directory: translations are ranked by their own log P, too",
  },
  rerank_weights: {
    type: "number",
    array: true,
    describe: "λ1 of --rerank_model, then λ2 of --rerank_lm; all log P are per piece of their model",
    defaultDescription: "1 for each",
  },
} satisfies Record<string, Options>;

/** How many translations of a line the search is asked for; `found` is the number it gives at most, where it isn't sampling. */
export function candidateCount(args: RerankArguments, isSampling: boolean, found: number): number {
  const { num_samples: samples, n_best: nBest } = args;
  const chooses = choosing(args);
  if (chooses === undefined) {
    if (samples === undefined) return nBest;
    throw new UsageError("--num_samples is given without --mbr", {
      nextStep: "Add --mbr chrf, or write --n_best N: with a sampling option it is the number of samples.",
    });
  }
  if (args.return_alternatives) {
    throw new UsageError(`${chooses} is given with --return_alternatives`, {
      nextStep: "Leave one of them out: alternatives are listed in the order of their first pieces.",
    });
  }
  if (samples !== undefined && !(Number.isInteger(samples) && samples >= 1)) {
    throw new UsageError(`--num_samples is ${samples}`, { nextStep: "It must be a whole number, 1 or more." });
  }
  const count = isSampling ? (samples ?? DEFAULT_SAMPLES) : found;
  if (nBest > count) {
    throw new UsageError(`--n_best is ${nBest}, and ${chooses} chooses among ${count}`, {
      nextStep: `Ask for at most ${count}, or raise ${isSampling ? "--num_samples" : "--beam_size"}.`,
    });
  }
  return count;
}

/** λ1 and λ2. Throws UsageError for weights that no model or not all models have. */
export function rerankWeights({ rerank_model, rerank_lm, rerank_weights: given }: RerankArguments): [number, number] {
  const models = [rerank_model, rerank_lm].filter((directory) => directory !== undefined).length;
  if (given === undefined) return [1, 1];
  if (models === 0 || given.length !== models || given.some((weight) => !Number.isFinite(weight))) {
    throw new UsageError(`--rerank_weights is ${given.join(" ")}`, {
      nextStep: "Give a number for --rerank_model and one for --rerank_lm, in this order, for those that are given.",
    });
  }
  const [first, second] = given as [number, number | undefined];
  return rerank_model === undefined ? [1, first] : [first, second ?? 1];
}

/** The option that asks for a choice. */
function choosing({ mbr, rerank_model, rerank_lm }: RerankArguments): string | undefined {
  const byModels = rerank_model !== undefined ? "--rerank_model" : rerank_lm !== undefined ? "--rerank_lm" : undefined;
  if (mbr !== undefined && byModels !== undefined) {
    throw new UsageError(`--mbr is given with ${byModels}`, { nextStep: "Choose one way to rank." });
  }
  return mbr !== undefined ? "--mbr" : byModels;
}
