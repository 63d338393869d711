/** The mixture-of-experts layers of a model, and the weights that their gates give, cut by layer and sentence. */
import type { ExpertGates, ExpertLoad } from "../model/decoder-state.ts";
import type { LanguageModelOptions, Seq2SeqOptions, StackOptions } from "../model/options.ts";

/** A layer as the addon knows it: in the order of its gates. */
export type ExpertLayer = Omit<ExpertGates, "gates">;

/** Pieces of each sentence, and steps of each target: one more than it has pieces. */
export interface PositionCounts {
  source: readonly number[];
  target: readonly number[];
}

/** The encoder's layers, then the decoder's, each from the lowest up. */
export function expertLayers(options: Seq2SeqOptions): ExpertLayer[] {
  return [
    ...layersAfter(options.moeEncoderAfter, "encoder.moe", "source", options),
    ...layersAfter(options.moeDecoderAfter, "decoder.moe", "target", options),
  ];
}

/** Those of a language model, from the lowest up. */
export function languageModelExpertLayers(options: LanguageModelOptions): ExpertLayer[] {
  return options.expertLayers > 1 ? [] : layersAfter(options.moeAfter, "moe", "target", options);
}

function layersAfter(
  after: readonly number[],
  prefix: string,
  side: ExpertLayer["side"],
  { moe, moeSizes }: Pick<StackOptions, "moe" | "moeSizes">,
): ExpertLayer[] {
  if (moe === undefined) return [];
  return [...after]
    .sort((a, b) => a - b)
    .map((number) => {
      const layer = `${prefix}${number}`;
      return { layer, side, experts: moeSizes?.get(layer)?.numExperts ?? moe.numExperts };
    });
}

/** How many weights all layers have together. */
export function gatesSize(layers: readonly ExpertLayer[], counts: PositionCounts): number {
  return layers.reduce((total, { side, experts }) => total + sum(counts[side]) * experts, 0);
}

/** `gates` [layers][positions of all sentences][experts] by layer and sentence. */
export function cutGates(gates: Float32Array, layers: readonly ExpertLayer[], counts: PositionCounts): ExpertGates[] {
  let start = 0;
  return layers.map((layer) => ({
    ...layer,
    gates: counts[layer.side].map((positions) => {
      const from = start;
      start += positions * layer.experts;
      return gates.slice(from, start);
    }),
  }));
}

/** `counts` [layers][positions of each expert, then of the layer] by layer. */
export function cutLoad(counts: readonly number[], layers: readonly ExpertLayer[]): ExpertLoad[] {
  let start = 0;
  return layers.map(({ layer, experts }) => {
    const end = start + experts;
    const own = { layer, experts: counts.slice(start, end), positions: counts[end]! };
    start = end + 1;
    return own;
  });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
