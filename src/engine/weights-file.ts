/** A file of weights that a model is being opened from: its tensors are known, and its bytes are compared with their checksums on other threads. */
import { type NativeAddon, threadsRefused } from "../backends/native/addon.ts";
import type { ThreadsHandle } from "../backends/native/kernels/inference.ts";
import type { InferencePrecision, Precision } from "../base/engine-names.ts";
import type { Adapter } from "../checkpoint/adapter.ts";
import { SafetensorsReader } from "../checkpoint/read-safetensors.ts";
import { damaged } from "../checkpoint/safetensors-header.ts";

/** How a model is to run. */
export interface WeightOptions {
  /** Threads, 1 or more. */
  threads: number;
  /** With `stored`, int8 where the file has 8-bit matrices, else what it says. */
  arithmetic: InferencePrecision | { stored: Precision };
  /** Added to the matrices as they are packed. */
  adapter?: Adapter | undefined;
  /** Bytes of experts that stay packed, at most; those in use are beside it. Default: all that were used. */
  expertMemory?: number | undefined;
}

/** What is known of the file before a model is made of it. */
export interface WeightsFile {
  path: string;
  addon: NativeAddon;
  /** Those that the model will run on. */
  workers: ThreadsHandle;
  threads: number;
  arithmetic: InferencePrecision;
  /** Of the tensors. */
  names: readonly string[];
  /** A line for each: name, type, first byte, axes. */
  tensors: string;
  /** Of all tensors. */
  bytes: number;
  /** Added to the matrices as they are packed. */
  adapter: Adapter | undefined;
  /** As in WeightOptions. */
  expertMemory: number | undefined;
  /** Fails with a CheckpointError where bytes were altered. Nothing made of the model may be shown before. */
  verified: Promise<void>;
}

/**
 * Reads the header, and starts threads that read the rest meanwhile. Throws CheckpointError for a file without a whole header, BackendError where the
 * system has not so many threads.
 */
export function readWeightsFile(
  addon: NativeAddon,
  path: string,
  { threads, arithmetic, adapter, expertMemory }: WeightOptions,
): WeightsFile {
  const reader = new SafetensorsReader(path);
  reader.close();
  const { entries } = reader.header;
  const checked = reader.checksums();
  const workers = openThreads(addon, threads);
  const verified = verify();
  // Whoever opens the model waits for it; where that fails before, the failure has nobody to go to.
  verified.catch(() => {});
  const quantized = entries.some(({ dtype }) => dtype === "I8");
  return {
    path,
    addon,
    workers,
    threads,
    arithmetic: typeof arithmetic === "string" ? arithmetic : quantized ? "int8" : arithmetic.stored,
    names: entries.map(({ name }) => name),
    tensors: entries
      .map(({ name, dtype, shape, begin }) => [name, dtype, reader.dataStart + begin, ...shape].join(" "))
      .join("\n"),
    bytes: entries.at(-1)?.end ?? 0,
    adapter,
    expertMemory,
    verified,
  };

  async function verify(): Promise<void> {
    if (checked.length === 0) return;
    const parts = checked.map(({ begin, end, checksum, before }) => `${begin} ${end} ${checksum} ${before}`).join("\n");
    let wrong: number;
    try {
      wrong = await addon.verifyFile(path, parts, workers);
    } catch (error) {
      throw damaged(path, (error as Error).message, error);
    }
    if (wrong >= 0) throw damaged(path, `the checksum of ${checked[wrong]!.name} does not match`);
  }
}

function openThreads(addon: NativeAddon, threads: number): ThreadsHandle {
  try {
    return addon.openThreads(threads);
  } catch (error) {
    throw threadsRefused(threads, error);
  }
}
