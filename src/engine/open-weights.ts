/** Opens a model's weights for the native inference engine: the file is checked, then mapped into memory. */
import type { NativeAddon } from "../backends/native/addon.ts";
import type { ModelHandle } from "../backends/native/kernels/inference.ts";
import type { InferencePrecision } from "../base/engine-names.ts";
import { CheckpointError, OutOfMemoryError } from "../base/errors.ts";
import { type Adapter, checkAdapter } from "../checkpoint/adapter.ts";
import { modelIdentity } from "../checkpoint/model-identity.ts";
import type { WeightsFile } from "./weights-file.ts";

/** A model in memory, on threads of its own. */
export interface OpenWeights {
  addon: NativeAddon;
  handle: ModelHandle;
  threads: number;
  /** What its products are computed in. */
  arithmetic: InferencePrecision;
  /** Of the file. */
  bytes: number;
  /** Whether experts' memory has a bound. */
  hasExpertBound: boolean;
}

/** Rows, and bytes of weights, from which a step takes long enough to be cut up for all threads. */
const [WORTH_ROWS, WORTH_BYTES] = [32, 128 * 1024 * 1024];

/** Whether all threads are faster than one, for a batch of so many rows that is alone: they have to wait for each other at every product. */
export function isWorthSharing(rows: number, { bytes }: Pick<OpenWeights, "bytes">): boolean {
  return rows >= WORTH_ROWS || bytes >= WORTH_BYTES;
}

/**
 * `plan` as of model-plan.ts; `hasShortlist` where translations are chosen from few pieces each. The threads begin to pack the layers that every text needs. Fails with a CheckpointError for a damaged file or one
 * of another model.
 */
export async function openWeights(file: WeightsFile, plan: string, hasShortlist = false): Promise<OpenWeights> {
  const { path, addon, workers, threads, arithmetic, bytes, adapter, expertMemory = 0 } = file;
  let handle: ModelHandle | undefined;
  try {
    handle = open();
    await file.verified;
    return { addon, handle, threads, arithmetic, bytes, hasExpertBound: expertMemory > 0 };
  } catch (error) {
    if (handle !== undefined) addon.closeHandle(handle);
    // Damage explains whatever else may be wrong.
    await file.verified;
    throw error;
  } finally {
    addon.closeHandle(workers);
  }

  function open(): ModelHandle {
    if (adapter !== undefined) checkAdapter(adapter, modelIdentity(path), path);
    const { list, values } = packedAdapter(adapter);
    // The list is of words; no parameter's name has a space in it.
    const strange = file.names.find((name) => /\s|^$/.test(name));
    if (strange !== undefined) throw otherModel(path, `${JSON.stringify(strange)} is not part of this model`);
    try {
      return addon.openModel(path, plan, file.tensors, arithmetic, workers, list, values, hasShortlist, expertMemory);
    } catch (error) {
      if (error instanceof OutOfMemoryError) throw error;
      throw otherModel(path, (error as Error).message, error);
    }
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

function otherModel(where: string, what: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`the weights are of another model: ${what}`, {
    where,
    nextStep: "Use the configuration that the weights were trained with.",
    cause,
  });
}
