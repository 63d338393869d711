/**
 * Low-rank adapters (Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models"): beside a matrix W [rows, columns] of a model,
 * A [rows, rank] and B [rank, columns], of which `scale` · A B is added to it. One file has those of all matrices and says of which model.
 */
import { existsSync, statSync } from "node:fs";
import { CheckpointError } from "../base/errors.ts";
import type { NamedValues } from "./match.ts";
import { modelPaths } from "./model-directory.ts";
import { readSafetensors } from "./read-safetensors.ts";
import type { NamedArray } from "./safetensors-header.ts";
import { writeSafetensors } from "./write-safetensors.ts";

/** What an adapter adds to one parameter, which may be several matrices. */
export interface AdaptedMatrix {
  /** Of the parameter. */
  name: string;
  rank: number;
  /** [matrices, rows, rank] */
  left: Float32Array;
  /** [matrices, rank, columns], `scale` among its factors */
  right: Float32Array;
  /** Of the parameter: [rows, columns] or [matrices, rows, columns]. */
  shape: readonly number[];
}

/** An adapter as it is read. */
export interface Adapter {
  path: string;
  /** `modelIdentity` of the weights that it belongs to. */
  base: string;
  matrices: readonly AdaptedMatrix[];
}

/** Names of an adapter's two tensors for a parameter. */
export const adapterNames = (name: string) => [`${name}.lora_a`, `${name}.lora_b`] as const;

const CONTENT = "adapter";
const NEXT_STEP = "Give a directory that nmt finetune --adapter wrote, or copy it again from where it came.";

/** Writes the two tensors of each parameter as they are trained. Throws as `writeSafetensors` does. */
export function writeAdapter(
  path: string,
  tensors: readonly NamedArray[],
  { base, scale, step }: { base: string; scale: number; step: number },
): void {
  writeSafetensors(path, tensors, { content: CONTENT, base, scale: String(scale), step: String(step) });
}

/** The file of an adapter's directory, or the file itself. */
export function adapterPath(name: string): string {
  const isFolder = statSync(name, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? modelPaths(name).adapter : name;
}

/**
 * Reads the adapter of a directory, or a file of one. Throws CheckpointError for what is none, or damaged.
 *
 * @example readAdapter("models/manuals").matrices.map(({ name }) => name);
 */
export function readAdapter(name: string): Adapter {
  const path = adapterPath(name);
  if (!existsSync(path)) throw unusable(path, "there is no adapter");
  const { metadata, tensors } = readSafetensors(path);
  const { base, content } = metadata;
  const scale = Number(metadata["scale"]);
  if (content !== CONTENT || base === undefined || !Number.isFinite(scale)) {
    throw unusable(path, "the file is no adapter");
  }
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const names = tensors.flatMap(({ name }) => (name.endsWith(".lora_a") ? [name.slice(0, -".lora_a".length)] : []));
  if (2 * names.length !== tensors.length) throw unusable(path, "its tensors are not two for each parameter");
  return { path, base, matrices: names.map((name) => matrixOf(name, byName, scale, path)) };
}

function matrixOf(name: string, tensors: ReadonlyMap<string, NamedArray>, scale: number, path: string): AdaptedMatrix {
  const [a, b] = adapterNames(name).map((each) => tensors.get(each));
  const problem = unusable(path, `the tensors of ${name} are not those of an adapter`);
  if (a === undefined || b === undefined) throw problem;
  if (!(a.data instanceof Float32Array && b.data instanceof Float32Array)) throw problem;
  const [rows, rank] = a.shape.slice(-2) as [number, number];
  const [low, columns] = b.shape.slice(-2) as [number, number];
  const [matrices, others] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  if (a.shape.length < 2 || rank !== low || String(matrices) !== String(others)) throw problem;
  return { name, rank, left: a.data, right: b.data.map((value) => scale * value), shape: [...matrices, rows, columns] };
}

/** Throws CheckpointError where the weights are not those that the adapter was trained beside. */
export function checkAdapter({ path, base }: Adapter, identity: string, weights: string): void {
  if (base === identity) return;
  throw new CheckpointError("the adapter belongs to another model: its weights are not these", {
    where: `${path}, ${weights}`,
    nextStep: "Give --model the directory that the adapter's config.yaml names as train_from, as it was then.",
  });
}

/** Parameters with what the adapter adds. Throws CheckpointError for one that is not among them. */
export function withAdapter(parameters: NamedValues, { matrices, path }: Adapter): NamedValues {
  const merged = new Map(parameters);
  for (const matrix of matrices) {
    const found = merged.get(matrix.name);
    if (found === undefined || String(found.shape) !== String(matrix.shape)) {
      throw unusable(path, `${matrix.name} [${matrix.shape.join(", ")}] is no parameter of the model`);
    }
    merged.set(matrix.name, { shape: found.shape, data: added(found.data, matrix) });
  }
  return merged;
}

/** Sums are taken in 64 bits, as the engine does. */
function added(weights: Float32Array, { left, right, rank, shape }: AdaptedMatrix): Float32Array {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return weights.map((weight, at) => {
    const line = Math.floor(at / columns);
    let low = Math.floor(line / rows) * rank * columns + (at % columns);
    let sum = weight;
    for (let k = 0; k < rank; k++, low += columns) sum += left[line * rank + k]! * right[low]!;
    return sum;
  });
}

function unusable(where: string, what: string): CheckpointError {
  return new CheckpointError(`no usable adapter: ${what}`, { where, nextStep: NEXT_STEP });
}
