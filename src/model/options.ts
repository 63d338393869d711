/** The shape of a translation model: everything that decides its parameters and its forward pass. */
import type { Config } from "../config/config.ts";
import type { AttentionKind } from "../layers/attention.ts";
import type { MoeOptions } from "../moe/moe-layer.ts";

export interface Seq2SeqOptions {
  vocabularySize: number;
  embeddingSize: number;
  hiddenSize: number;
  encoderLayers: number;
  decoderLayers: number;
  attention: AttentionKind;
  /** How the decoder's LSTMs start: from zero, or from a projection of the mean encoder output. */
  decoderStart: "zero" | "bridge";
  /** One table for source and target pieces. */
  shareEmbeddings: boolean;
  /** The target table is also the softmax's weights. */
  tieSoftmax: boolean;
  dropout: number;
  embeddingDeviation: number;
  forgetBias: number;
  /** Draws weight matrices from ± this instead of ± 1 / √fan-in. */
  weightRange: number | undefined;
  /** Mixture-of-experts layers; undefined for a dense model. */
  moe: Omit<MoeOptions, "hiddenSize"> | undefined;
  /** LSTM layers (from 1) that a mixture-of-experts layer follows. */
  moeEncoderAfter: readonly number[];
  moeDecoderAfter: readonly number[];
}

/** The model a configuration describes, for a vocabulary of this size. */
export function seq2seqOptions(config: Config, vocabularySize: number): Seq2SeqOptions {
  return {
    vocabularySize,
    embeddingSize: config.embeddingSize,
    hiddenSize: config.hiddenSize,
    encoderLayers: config.encoderLayers,
    decoderLayers: config.decoderLayers,
    attention: config.attention,
    decoderStart: config.decoderStart,
    shareEmbeddings: config.shareEmbeddings,
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
          },
    moeEncoderAfter: config.moeEncoderAfter,
    moeDecoderAfter: config.moeDecoderAfter,
  };
}
