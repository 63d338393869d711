/** Loads the native addon: the one built here, a prebuilt one of the package, or one built now, on first use. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { BackendError, OutOfMemoryError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { packageFolder } from "../../base/package-folder.ts";
import type { AlignmentKernels } from "./kernels/alignment.ts";
import type { AttentionKernels } from "./kernels/attention.ts";
import type { DropoutKernels } from "./kernels/dropout.ts";
import type { ElementwiseKernels } from "./kernels/elementwise.ts";
import type { EmbeddingKernels } from "./kernels/embedding.ts";
import type { FactoredAdamKernels } from "./kernels/factored-adam.ts";
import type { GatingKernels } from "./kernels/gating.ts";
import type { GemmKernels } from "./kernels/gemm.ts";
import type { InferenceKernels } from "./kernels/inference.ts";
import type { LstmKernels } from "./kernels/lstm.ts";
import type { MoeKernels } from "./kernels/moe.ts";
import type { MpiFunctions } from "./kernels/mpi.ts";
import type { OptimizerKernels } from "./kernels/optimizer.ts";
import type { SystemFunctions } from "./kernels/system.ts";
import type { VocabularyKernels } from "./kernels/vocabulary.ts";

/** Every function of the addon. A kernel family declares its own in `kernels/<family>.ts` and is listed here. */
export interface NativeAddon
  extends SystemFunctions,
    AlignmentKernels,
    AttentionKernels,
    DropoutKernels,
    ElementwiseKernels,
    EmbeddingKernels,
    GatingKernels,
    FactoredAdamKernels,
    GemmKernels,
    InferenceKernels,
    LstmKernels,
    MoeKernels,
    MpiFunctions,
    OptimizerKernels,
    VocabularyKernels {}

const FILE = "nmt_native.node";

/** Where the addon lies; undefined if there is none yet. `NMT_ADDON` names another file. */
function findAddon(): string | undefined {
  const named = process.env["NMT_ADDON"];
  if (named !== undefined) return named;
  const native = join(packageFolder(), "native");
  const places = [join(native, "build", FILE), join(native, "prebuilt", `${process.platform}-${process.arch}`, FILE)];
  return places.find((path) => existsSync(path));
}

/** Compiles the addon; gives its path, or says why there is none. */
function buildAddon(): string {
  log.info("building the native backend (once, about a minute) …");
  const script = join(packageFolder(), "native", "build.mjs");
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  const path = findAddon();
  if (path !== undefined) return path;
  throw new BackendError("the native backend could not be built", {
    cause: new Error(`${stdout}${stderr}`),
    where: script,
    nextStep: stdout.trim() || "Run `node native/build.mjs` to see the compiler's message.",
  });
}

let loaded: NativeAddon | undefined;

/** The addon, loaded once. Throws a BackendError if it is neither there nor can be built. */
export function loadAddon(): NativeAddon {
  if (loaded !== undefined) return loaded;
  const path = findAddon() ?? buildAddon();
  try {
    loaded = createRequire(import.meta.url)(path) as NativeAddon;
    loaded.onOutOfMemory(outOfMemory);
  } catch (error) {
    throw new BackendError(`the native backend could not be loaded: ${(error as Error).message}`, {
      cause: error,
      where: path,
      nextStep: "Run `node native/build.mjs`, or use --backend wasm.",
    });
  }
  return loaded;
}

/** Replaces the addon's threads; where the system gives fewer, it keeps those it has. Throws BackendError. */
export function startThreads(addon: NativeAddon, threads: number): void {
  try {
    addon.setThreads(threads);
  } catch (error) {
    throw threadsRefused(threads, error);
  }
}

/** The error of a function of the addon, or of an operation, that lacks memory. `sizes`: of what it was given, or asked for. */
export function outOfMemory(name: string, sizes: string): OutOfMemoryError {
  return new OutOfMemoryError(`out of memory in ${name} (${sizes})`, {
    nextStep: "Use smaller batches (batch_size) or a smaller model, or give the process more memory.",
  });
}

/** The error of threads that the system does not give. */
export function threadsRefused(threads: number, cause: unknown): BackendError {
  return new BackendError(`the native backend could not start ${threads} threads`, {
    cause,
    where: (cause as Error).message,
    nextStep: "Ask for fewer threads, or raise this process's limits of memory and processes (ulimit -v, ulimit -u).",
  });
}
