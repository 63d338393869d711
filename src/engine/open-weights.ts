/** Opens a model's weights for the native inference engine: the file is checked, then mapped into memory. */
import { loadAddon, type NativeAddon, threadsRefused } from "../backends/native/addon.ts";
import type { ModelHandle, ThreadsHandle } from "../backends/native/kernels/inference.ts";
import type { InferencePrecision, Precision } from "../base/engine-names.ts";
import { CheckpointError, OutOfMemoryError } from "../base/errors.ts";
import { type Adapter, checkAdapter } from "../checkpoint/adapter.ts";
import { modelIdentity } from "../checkpoint/model-identity.ts";
import { SafetensorsReader } from "../checkpoint/read-safetensors.ts";

/** A model in memory, on threads of its own. */
export interface OpenWeights {
  addon: NativeAddon;
  handle: ModelHandle;
  threads: number;
  /** What its products are computed in. */
  arithmetic: InferencePrecision;
  /** Of the file. */
  bytes: number;
}

/** Rows, and bytes of weights, from which a step takes long enough to be cut up for all threads. */
const [WORTH_ROWS, WORTH_BYTES] = [32, 128 * 1024 * 1024];

/** Whether all threads are faster than one, for a batch of so many rows that is alone: they have to wait for each other at every product. */
export function isWorthSharing(rows: number, { bytes }: Pick<OpenWeights, "bytes">): boolean {
  return rows >= WORTH_ROWS || bytes >= WORTH_BYTES;
}

/** How a model is to run. */
export interface WeightOptions {
  /** Threads, 1 or more. */
  threads: number;
  /** With `stored`, int8 where the file has 8-bit matrices, else what it says. */
  arithmetic: InferencePrecision | { stored: Precision };
  /** Added to the matrices as they are packed. */
  adapter?: Adapter | undefined;
}

/** `plan` as of model-plan.ts. Throws CheckpointError for a damaged file or one of another model, BackendError without the addon. */
export function openWeights(path: string, plan: string, { threads, arithmetic, adapter }: WeightOptions): OpenWeights {
  if (adapter !== undefined) checkAdapter(adapter, modelIdentity(path), path);
  const reader = new SafetensorsReader(path);
  let tensors: string;
  let chosen: InferencePrecision;
  let bytes: number;
  try {
    reader.verify();
    const { entries } = reader.header;
    bytes = entries.at(-1)?.end ?? 0;
    // The list below is of words; no parameter's name has a space in it.
    const strange = entries.find(({ name }) => /\s|^$/.test(name));
    if (strange !== undefined) throw otherModel(path, `${JSON.stringify(strange.name)} is not part of this model`);
    tensors = entries
      .map(({ name, dtype, shape, begin }) => [name, dtype, reader.dataStart + begin, ...shape].join(" "))
      .join("\n");
    const quantized = entries.some(({ dtype }) => dtype === "I8");
    chosen = typeof arithmetic === "string" ? arithmetic : quantized ? "int8" : arithmetic.stored;
  } finally {
    reader.close();
  }
  const addon = loadAddon();
  const workers = openThreads(addon, threads);
  try {
    const { list, values } = packedAdapter(adapter);
    const handle = addon.openModel(path, plan, tensors, chosen, workers, list, values);
    return { addon, handle, threads, arithmetic: chosen, bytes };
  } catch (error) {
    if (error instanceof OutOfMemoryError) throw error;
    throw otherModel(path, (error as Error).message, error);
  } finally {
    addon.closeHandle(workers);
  }
}

/** As the addon takes it: a line for each parameter, and the matrices one after another. */
function packedAdapter(adapter: Adapter | undefined): { list: string; values: Float32Array | undefined } {
  if (adapter === undefined) return { list: "", values: undefined };
  const { matrices } = adapter;
  const values = new Float32Array(matrices.reduce((sum, { left, right }) => sum + left.length + right.length, 0));
  let at = 0;
  for (const part of matrices.flatMap(({ left, right }) => [left, right])) {
    values.set(part, at);
    at += part.length;
  }
  return { list: matrices.map(({ name, rank }) => `${name} ${rank}\n`).join(""), values };
}

function openThreads(addon: NativeAddon, threads: number): ThreadsHandle {
  try {
    return addon.openThreads(threads);
  } catch (error) {
    throw threadsRefused(threads, error);
  }
}

function otherModel(where: string, what: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`the weights are of another model: ${what}`, {
    where,
    nextStep: "Use the configuration that the weights were trained with.",
    cause,
  });
}
