/** What experts are worth by a model's weights alone: larger is better. */
import { CheckpointError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import type { NamedArray } from "../checkpoint/safetensors-header.ts";
import type { PrunableLayer } from "./prunable-layers.ts";

/** A model's parameters by name. */
export type Weights = ReadonlyMap<string, NamedArray>;

/** [experts] the Euclidean norm of all of an expert's matrices together. */
export function expertNorms(weights: Weights, { name, experts }: PrunableLayer): Float64Array {
  const squares = new Float64Array(experts);
  for (const part of ["inner", "outer", "inner_gate"]) {
    const data = floatsOf(weights, `${name}.experts.${part}`);
    const size = (data?.length ?? 0) / experts;
    data?.forEach((value, i) => {
      squares[Math.floor(i / size)]! += value * value;
    });
  }
  return squares.map(Math.sqrt);
}

/**
 * [experts] by how much training has changed the norm of an expert's column of the gate's matrix (Chowdhury et al. 2024, "A Provably Effective Method
 * for Pruning Experts in Fine-tuned Sparse Mixture-of-Experts"). Without `start` it was at 0, as matrices of noisy and dense gates are. Throws CheckpointError where `start`, read from
 * `where`, has another gate.
 */
export function routerChanges(
  weights: Weights,
  layer: PrunableLayer,
  start?: { weights: Weights; where: string },
): Float64Array {
  const name = `${layer.name}.gate.weights`;
  const now = weights.get(name)!;
  const norms = columnNorms(now.data as Float32Array, layer);
  if (start === undefined) return norms;
  const before = start.weights.get(name);
  if (before === undefined || String(before.shape) !== String(now.shape)) {
    const found = before === undefined ? "is not in it" : `is [${before.shape.join(", ")}] there`;
    throw new CheckpointError(`parameter ${name} ${found} and [${now.shape.join(", ")}] in this model`, {
      where: start.where,
      nextStep: "Give the model that the training started from, or an early checkpoint of it.",
    });
  }
  const then = columnNorms(before.data as Float32Array, layer);
  return norms.map((norm, expert) => norm - then[expert]!);
}

/** [experts] drawn at random: the floor that rankings are compared with. `index` is the layer's place. */
export function randomWorth({ experts }: PrunableLayer, seed: number, index: number): Float64Array {
  const random = new Random(seed, index);
  return Float64Array.from({ length: experts }, () => random.uniform());
}

/** `matrix` [groups, hidden, experts of a group] → [experts] norms. */
function columnNorms(matrix: Float32Array, { experts, groups }: PrunableLayer): Float64Array {
  const width = experts / groups;
  const size = matrix.length / groups;
  const squares = new Float64Array(experts);
  matrix.forEach((value, i) => {
    squares[Math.floor(i / size) * width + (i % width)]! += value * value;
  });
  return squares.map(Math.sqrt);
}

function floatsOf(weights: Weights, name: string): Float32Array | undefined {
  return weights.get(name)?.data as Float32Array | undefined;
}
