/** The mixture-of-experts layers that a configuration describes. */
import type { Config } from "./config.ts";

/** One of them. */
export interface ExpertLayerConfig {
  /** How its parameters' names begin, such as encoder.moe2. */
  name: string;
  numExperts: number;
  /** k: experts that a position uses, of each group in a hierarchy. */
  numExpertsPerToken: number;
  expertHiddenSize: number;
}

type LayerKeys = Pick<
  Config,
  | "task"
  | "moeEncoderAfter"
  | "moeDecoderAfter"
  | "numExperts"
  | "numExpertsPerTok"
  | "expertHiddenSize"
  | "numExpertsByLayer"
  | "numExpertsPerTokByLayer"
  | "expertHiddenSizeByLayer"
>;

/** In the order of lists by layer: the encoder's first. None of a dense model. */
export function expertLayers(config: LayerKeys): ExpertLayerConfig[] {
  if (config.numExperts === 0) return [];
  const names =
    config.task === "language_model"
      ? config.moeDecoderAfter.map((layer) => `moe${layer}`)
      : [
          ...config.moeEncoderAfter.map((layer) => `encoder.moe${layer}`),
          ...config.moeDecoderAfter.map((layer) => `decoder.moe${layer}`),
        ];
  return names.map((name, i) => ({
    name,
    numExperts: config.numExpertsByLayer[i] ?? config.numExperts,
    numExpertsPerToken: config.numExpertsPerTokByLayer[i] ?? config.numExpertsPerTok,
    expertHiddenSize: config.expertHiddenSizeByLayer[i] ?? config.expertHiddenSize,
  }));
}
