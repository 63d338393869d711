/** A model with fewer experts: its tensors and its configuration. */
import type { NamedArray } from "../checkpoint/safetensors-header.ts";
import type { Config } from "../config/config.ts";
import type { PrunableLayer } from "./prunable-layers.ts";

/** The experts of a layer that stay, by group, in ascending order. */
export interface PrunedLayer {
  layer: PrunableLayer;
  kept: readonly (readonly number[])[];
}

/**
 * A tensor with what belongs to the experts that stay. The thresholds of a strictly balanced gate rise as the shares do that they are compared with,
 * which are of fewer experts now: by how many there were for each that stays.
 */
export function prunedTensor(tensor: NamedArray, layers: readonly PrunedLayer[]): NamedArray {
  const own = layers.find(({ layer }) => tensor.name.startsWith(`${layer.name}.`));
  if (own === undefined) return tensor;
  const { layer, kept } = own;
  const part = tensor.name.slice(layer.name.length + 1);
  const all = kept.flat();
  if (part.startsWith("experts.")) return { ...tensor, ...selected(tensor, all) };
  if (part === "gate.thresholds") {
    const { shape, data } = selected(tensor, all);
    const factor = layer.experts / all.length;
    return { ...tensor, shape, data: data.map((threshold) => threshold * factor) };
  }
  return part === "gate.weights" || part === "gate.noise_weights" ? columns(tensor, layer, kept) : tensor;
}

/** The configuration of what stays: one number for all layers where they have as many, else a list. */
export function prunedConfig(config: Config, layers: readonly PrunedLayer[]): Config {
  const counts = layers.map(({ kept }) => kept.flat().length);
  const [first] = counts;
  return counts.every((count) => count === first)
    ? { ...config, numExperts: first!, numExpertsByLayer: [] }
    : { ...config, numExpertsByLayer: counts };
}

/** Of the first axis, the places `kept`. */
function selected({ shape, data }: NamedArray, kept: readonly number[]) {
  const values = data as Float32Array;
  const size = values.length / shape[0]!;
  const out = new Float32Array(kept.length * size);
  kept.forEach((expert, i) => {
    out.set(values.subarray(expert * size, (expert + 1) * size), i * size);
  });
  return { shape: [kept.length, ...shape.slice(1)], data: out };
}

/** Of a gate's matrix [groups, hidden, experts of a group], or [hidden, experts], each group's own columns. */
function columns(tensor: NamedArray, { experts, groups }: PrunableLayer, kept: PrunedLayer["kept"]): NamedArray {
  const values = tensor.data as Float32Array;
  const width = experts / groups;
  const rows = values.length / experts;
  const out = new Float32Array((values.length / width) * kept[0]!.length);
  let at = 0;
  kept.forEach((own, group) => {
    for (let row = 0; row < rows; row++) {
      const line = (group * rows + row) * width - group * width;
      for (const expert of own) out[at++] = values[line + expert]!;
    }
  });
  return { ...tensor, shape: [...tensor.shape.slice(0, -1), kept[0]!.length], data: out };
}
