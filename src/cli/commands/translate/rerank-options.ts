/** Options of `nmt translate` that choose among a line's translations by more than the search's own score. */
import type { Options } from "yargs";
import { UsageError } from "../../../base/errors.ts";
import { log } from "../../../base/logger.ts";
import type { Translation } from "../../../decoding/translation.ts";
import { BLEU } from "../../../metrics/bleu.ts";
import { CHRF } from "../../../metrics/chrf.ts";
import type { PairwiseMetric } from "../../../metrics/pairwise-scores.ts";
import { tokenizersFor } from "../../../metrics/tokenizers/for-language.ts";
import { minimumBayesRisk } from "../../../reranking/minimum-bayes-risk.ts";

export interface RerankArguments {
  mbr: "chrf" | "bleu" | undefined;
  num_samples: number | undefined;
  n_best: number;
  return_alternatives: boolean;
}

/** Samples that `--mbr` chooses among where a sampling option is given and their number isn't. */
const DEFAULT_SAMPLES = 100;

export const rerankOptions = {
  mbr: {
    choices: ["chrf", "bleu"] as const,
    describe:
      "Minimum Bayes risk: of the beam's hypotheses, or of samples, take those with the largest mean chrF or BLEU against the others",
  },
  num_samples: {
    type: "number",
    describe: "Samples a line that --mbr chooses among",
    defaultDescription: `${DEFAULT_SAMPLES} with a sampling option; else none: the beam's hypotheses`,
  },
} satisfies Record<string, Options>;

/** How many translations of a line the search is asked for; `found` is the number it gives at most, where it isn't sampling. */
export function candidateCount(args: RerankArguments, isSampling: boolean, found: number): number {
  const { mbr, num_samples: samples, n_best: nBest } = args;
  if (mbr === undefined) {
    if (samples === undefined) return nBest;
    throw new UsageError("--num_samples is given without --mbr", {
      nextStep: "Add --mbr chrf, or write --n_best N: with a sampling option it is the number of samples.",
    });
  }
  if (args.return_alternatives) {
    throw new UsageError("--mbr is given with --return_alternatives", {
      nextStep: "Leave one of them out: alternatives are as different as they can be.",
    });
  }
  if (samples !== undefined && !(Number.isInteger(samples) && samples >= 1)) {
    throw new UsageError(`--num_samples is ${samples}`, { nextStep: "It must be a whole number, 1 or more." });
  }
  const count = isSampling ? (samples ?? DEFAULT_SAMPLES) : found;
  if (nBest > count) {
    throw new UsageError(`--n_best is ${nBest}, and --mbr chooses among ${count}`, {
      nextStep: `Ask for at most ${count}, or raise ${isSampling ? "--num_samples" : "--beam_size"}.`,
    });
  }
  return count;
}

/** What becomes of each translation; at most `n_best` hypotheses are left. `targetLanguage` chooses BLEU's tokenizer. */
export async function reranking(
  { mbr, n_best: nBest }: RerankArguments,
  targetLanguage: string | undefined,
): Promise<(translation: Translation) => Translation> {
  if (mbr === undefined) return (translation) => translation;
  const metric = await metricOf(mbr, targetLanguage);
  return (translation) => {
    const ranked = minimumBayesRisk(translation, metric);
    return { ...ranked, hypotheses: ranked.hypotheses.slice(0, nBest) };
  };
}

async function metricOf(name: "chrf" | "bleu", language: string | undefined): Promise<PairwiseMetric> {
  if (name === "chrf") return new CHRF();
  const [tokenize] = await tokenizersFor([language], log.warn);
  return new BLEU({ tokenize: tokenize!, effectiveOrder: true });
}
