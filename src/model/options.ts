/** The shape of a model: everything that decides its parameters and its forward pass. */

import type { MarkerIds } from "../base/forced-targets.ts";
import type { AttentionKind, DecoderStart, GuidedAlignmentCost } from "../config/choices.ts";
import type { Config } from "../config/config.ts";
import { expertLayers } from "../config/expert-layers.ts";
import type { MoeOptions } from "../moe/moe-layer.ts";

/** What a stack of LSTM layers over embeddings has, in either model. */
export interface StackOptions {
  /** Pieces. */
  vocabularySize: number;
  /** Ids of `<s>` and `</s>` in that vocabulary. */
  markers: MarkerIds;
  /** Width of embeddings. */
  embeddingSize: number;
  /** Width of what goes from layer to layer. */
  hiddenSize: number;
  /** Units of each LSTM layer, projected to `hiddenSize` where they are not as many (default: `hiddenSize`). */
  cellSize?: number;
  /** The target table is also the softmax's weights. */
  tieSoftmax: boolean;
  /** Rate, in [0, 1). */
  dropout: number;
  /** Standard deviation of embeddings at the start. */
  embeddingDeviation: number;
  /** Bias of the forget gates at the start. */
  forgetBias: number;
  /** Draws weight matrices from ± this instead of ± 1 / √fan-in. */
  weightRange: number | undefined;
  /** Mixture-of-experts layers; undefined for a dense model. */
  moe: Omit<MoeOptions, "hiddenSize"> | undefined;
  /** What is particular to some of those layers, by name, such as encoder.moe2. */
  moeSizes?: ReadonlyMap<string, MoeSizes>;
}

/** What a model takes from its wordpiece model. */
export interface ModelVocabulary extends MarkerIds {
  /** Pieces. */
  readonly size: number;
}

/** Sizes that one layer has instead of those of all. */
export type MoeSizes = Partial<Pick<MoeOptions, "numExperts" | "numExpertsPerToken" | "expertHiddenSize">>;

/** The shape of a language model. */
export interface LanguageModelOptions extends StackOptions {
  /** LSTM layers. */
  layers: number;
  /** LSTM layers (from 1) that a mixture-of-experts layer follows. */
  moeAfter: readonly number[];
  /** Above 1, a single dense network of so many ReLU layers stands in the place of each mixture of experts. */
  expertLayers: number;
}

/** The shape of a translation model. */
export interface Seq2SeqOptions extends StackOptions {
  /** LSTM layers, the first of them bidirectional. */
  encoderLayers: number;
  /** LSTM layers. */
  decoderLayers: number;
  /** Score of a target position for a source position. */
  attention: AttentionKind;
  /** How the decoder's LSTMs start: from zero, or from a projection of the mean encoder output. */
  decoderStart: DecoderStart;
  /** One table for source and target pieces. */
  shareEmbeddings: boolean;
  /** What attention costs where it differs from the alignments of a batch, and the weight of that; without it they are not looked at. */
  guidedAlignment?: { weight: number; cost: GuidedAlignmentCost } | undefined;
  /** LSTM layers (from 1) that a mixture-of-experts layer follows. */
  moeEncoderAfter: readonly number[];
  /** The same of the decoder. */
  moeDecoderAfter: readonly number[];
}

/** The translation model a configuration describes, for these wordpieces. */
export function seq2seqOptions(config: Config, vocabulary: ModelVocabulary): Seq2SeqOptions {
  return {
    ...stackOptions(config, vocabulary),
    encoderLayers: config.encoderLayers,
    decoderLayers: config.decoderLayers,
    attention: config.attention,
    decoderStart: config.decoderStart,
    shareEmbeddings: config.shareEmbeddings,
    moeEncoderAfter: config.moeEncoderAfter,
    moeDecoderAfter: config.moeDecoderAfter,
    guidedAlignment:
      config.guidedAlignment === "none"
        ? undefined
        : { weight: config.guidedAlignmentWeight, cost: config.guidedAlignmentCost },
    moeSizes: moeSizes(config),
  };
}

/** The language model a configuration describes: the decoder's keys name its layers. */
export function languageModelOptions(config: Config, vocabulary: ModelVocabulary): LanguageModelOptions {
  return {
    ...stackOptions(config, vocabulary),
    layers: config.decoderLayers,
    moeAfter: config.moeDecoderAfter,
    moeSizes: moeSizes(config),
    expertLayers: config.expertLayers,
  };
}

function moeSizes(config: Config): ReadonlyMap<string, MoeSizes> {
  return new Map(expertLayers(config).map(({ name, ...sizes }) => [name, sizes]));
}

function stackOptions(config: Config, { size, bosId, eosId }: ModelVocabulary): StackOptions {
  return {
    vocabularySize: size,
    markers: { bosId, eosId },
    embeddingSize: config.embeddingSize,
    hiddenSize: config.hiddenSize,
    cellSize: config.lstmCellSize,
    tieSoftmax: config.tieSoftmax,
    dropout: config.dropout,
    embeddingDeviation: config.embeddingInitStd,
    forgetBias: config.forgetBias,
    weightRange: config.paramInit,
    moe:
      config.numExperts === 0
        ? undefined
        : {
            numExperts: config.numExperts,
            numExpertsPerToken: config.numExpertsPerTok,
            expertHiddenSize: config.expertHiddenSize,
            expertOutputInit: config.expertOutputInit,
            output: config.moeOutput,
            dropout: config.moeDropout,
            importanceLossWeight: config.importanceLossWeight,
            loadLossWeight: config.loadLossWeight,
            routerZLossWeight: config.routerZLossWeight,
            gating: config.gating,
            numGroups: config.numExpertGroups,
            numGroupsPerToken: config.numExpertGroupsPerTok,
            expertActivation: config.expertActivation,
            sharedExpertHiddenSize: config.sharedExpertHiddenSize,
          },
  };
}
