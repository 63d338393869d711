/** The model that benchmarks run: 3 + 2 LSTM layers, attention of appendix G, two MoE layers (Shazeer et al. 2017), random tokens. */
import { UsageError } from "../src/base/errors.ts";
import type { MarkerIds } from "../src/base/forced-targets.ts";
import type { Random } from "../src/base/random.ts";
import { gatingKinds } from "../src/config/choices.ts";
import { Seq2Seq } from "../src/model/seq2seq.ts";
import { alone } from "../src/parallel/alone.ts";
import type { Communicator } from "../src/parallel/communicator.ts";
import type { Options } from "./options.ts";

/** Options, with the names of the PyTorch peer, which has noisy top-k gates only. In a hierarchy `k` is that of each of `groups-k` groups. */
export const modelDefaults = {
  experts: 16,
  "expert-hidden": 1024,
  hidden: 512,
  vocab: 8000,
  k: 2,
  gating: "noisy_top_k",
  groups: 4,
  "groups-k": 2,
  dropout: 0,
  "no-moe": false,
} as const;

export type ModelOptions = Options<typeof modelDefaults>;

/** Ids as a vocabulary trained here has them. */
export const markers: MarkerIds = { bosId: 2, eosId: 3 };
/** The first id that is a piece of text. */
const FIRST_PIECE = 4;

/** `ranks`: each has some of the experts. */
export function referenceModel(options: ModelOptions, ranks: Communicator = alone): Seq2Seq {
  const gating = gatingKinds.find((kind) => kind === options.gating);
  if (gating === undefined) {
    throw new UsageError(`there is no gating "${options.gating}"`, {
      nextStep: `Use one of ${gatingKinds.join(", ")}.`,
    });
  }
  const moe = {
    gating,
    numGroups: options.groups,
    numGroupsPerToken: options["groups-k"],
    numExperts: options.experts,
    numExpertsPerToken: options.k,
    expertHiddenSize: options["expert-hidden"],
    expertOutputInit: 1,
    output: "sigmoid" as const,
    dropout: options.dropout,
    importanceLossWeight: 0.1,
    loadLossWeight: 0.1,
  };
  return new Seq2Seq(
    {
      vocabularySize: options.vocab,
      markers,
      embeddingSize: options.hidden,
      hiddenSize: options.hidden,
      encoderLayers: 3,
      decoderLayers: 2,
      attention: "multiplicative",
      decoderStart: "zero",
      shareEmbeddings: false,
      tieSoftmax: false,
      dropout: options.dropout,
      embeddingDeviation: 1,
      forgetBias: 1,
      weightRange: undefined,
      moe: options["no-moe"] ? undefined : moe,
      moeEncoderAfter: [2],
      moeDecoderAfter: [1],
    },
    { seed: 1, ...(ranks.size > 1 && { expertRanks: ranks }) },
  );
}

/** Pieces of text, any with the same probability. */
export function randomPieces(random: Random, length: number, vocabulary: number): Int32Array {
  return Int32Array.from({ length }, () => FIRST_PIECE + random.integer(vocabulary - FIRST_PIECE));
}
