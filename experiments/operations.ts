/**
 * Multiply-adds of a model's forward pass for one token in training, without softmax and embeddings (Shazeer et al. 2017, appendix
 * C.1, "ops/timestep"). Gates count, their noise too. Attention counts its two projections, not scores and context, which
 * depend on the length of the sentence; nor does what happens once a sentence.
 */
import type { Config } from "../src/config/config.ts";

export interface OperationsPerToken {
  /** 0 for a language model. */
  source: number;
  target: number;
}

export function operationsPerToken(config: Config): OperationsPerToken {
  const { embeddingSize: embedding, hiddenSize: hidden, lstmCellSize: cells, encoderLayers, decoderLayers } = config;
  const isTranslation = config.task === "translation";
  const upperInput = isTranslation ? 2 * hidden : hidden;
  const decoder = lstm(embedding, hidden, cells) + (decoderLayers - 1) * lstm(upperInput, hidden, cells);
  const encoderPlaces = isTranslation && config.numExperts > 0 ? config.moeEncoderAfter.length : 0;
  const decoderPlaces = config.numExperts > 0 ? config.moeDecoderAfter.length : 0;
  const experts = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => moeLayer(config, from + i)).reduce((sum, each) => sum + each, 0);
  const target = decoder + experts(encoderPlaces, decoderPlaces);
  if (!isTranslation) return { source: 0, target };
  const encoder = 2 * lstm(embedding, hidden / 2, cells / 2) + (encoderLayers - 1) * lstm(hidden, hidden, cells);
  const projection = hidden * hidden;
  return { source: encoder + projection + experts(0, encoderPlaces), target: target + projection };
}

/** Cells are projected to `hidden` where they are not as many. */
function lstm(input: number, hidden: number, cells: number): number {
  return (input + hidden) * 4 * cells + (cells === hidden ? 0 : cells * hidden);
}

/** The layer-th mixture of experts, the encoder's first. */
function moeLayer(config: Config, layer: number): number {
  const { hiddenSize, expertLayers, expertActivation, gating } = config;
  const experts = config.numExpertsByLayer[layer] ?? config.numExperts;
  const k = config.numExpertsPerTokByLayer[layer] ?? config.numExpertsPerTok;
  const hidden = config.expertHiddenSizeByLayer[layer] ?? config.expertHiddenSize;
  if (expertLayers > 1) return 2 * hiddenSize * hidden + (expertLayers - 1) * hidden * hidden;
  const matrices = expertActivation === "glu" ? 3 : 2;
  const network = (width: number) => matrices * hiddenSize * width;
  const groupsUsed = config.numExpertGroupsPerTok;
  const used = { noisy_top_k: k, strictly_balanced: k, hierarchical: k * groupsUsed, dense: experts }[gating];
  const groups = config.numExpertGroups;
  const gate = {
    noisy_top_k: 2 * experts,
    strictly_balanced: experts,
    hierarchical: 2 * (groups + groupsUsed * (experts / groups)),
    dense: experts,
  }[gating];
  return hiddenSize * gate + used * network(hidden) + network(config.sharedExpertHiddenSize);
}
