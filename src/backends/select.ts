/** Chooses the TensorFlow.js backend, once, on the caller's word: gpu → native → tfjs-node → wasm → cpu. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { type BackendName, backendNames, type Precision } from "../base/engine-names.ts";
import { BackendError } from "../base/errors.ts";
import { log } from "../base/logger.ts";
import { threadCount } from "../base/threads.ts";

/** What a model runs on. Every field may be left out. */
export interface EngineOptions {
  /** A backend, or `auto` for the first usable one in the order above. Default `auto`. */
  backend?: BackendName | "auto";
  /** CPU threads of the native backend, 1024 at most; 0 = all cores that the process may use. Default 0. */
  threads?: number;
  /** Arithmetic of the native backend's matrix products; `auto` = bf16 where the processor runs it faster. Accumulation is always f32. */
  precision?: Precision | "auto";
}

/** The backend that was started. */
export interface SelectedBackend {
  /** Its name; never `auto`. */
  backend: BackendName;
  /** What runs: instruction set and threads, or the library's version. */
  detail: string;
  /** Arithmetic of its matrix products; f32 on every backend but `native`. */
  precision: Precision;
}

/** Why a backend can't be used here, or the detail of one that can. */
export type BackendAvailability =
  | { usable: true; detail: string }
  | { usable: false; reason: string; nextStep: string };

type Starter = (options: EngineOptions) => Promise<SelectedBackend>;

const starters: Record<BackendName, Starter> = {
  gpu: async () => {
    await importTensorFlow("@tensorflow/tfjs-node-gpu");
    const backend = tf.findBackend("tensorflow") as unknown as { isUsingGpuDevice?: boolean } | null;
    if (backend?.isUsingGpuDevice !== true) {
      throw new BackendError("@tensorflow/tfjs-node-gpu is installed but sees no GPU", {
        nextStep: "Check the NVIDIA driver and CUDA libraries, or use --backend native.",
      });
    }
    await use("tensorflow");
    return { backend: "gpu", detail: "TensorFlow with GPU", precision: "f32" };
  },
  native: async (options) => {
    const { startNative } = await import("./native/start.ts");
    const started = await startNative(options);
    await use("native");
    return { backend: "native", ...started };
  },
  "tfjs-node": async () => {
    await importTensorFlow("@tensorflow/tfjs-node");
    await use("tensorflow");
    return { backend: "tfjs-node", detail: "TensorFlow on the CPU", precision: "f32" };
  },
  wasm: async () => {
    const { prepareWasm } = await import("./wasm.ts");
    await prepareWasm();
    await use("wasm");
    return { backend: "wasm", detail: "WebAssembly", precision: "f32" };
  },
  cpu: async () => {
    await use("cpu");
    return { backend: "cpu", detail: "plain JavaScript", precision: "f32" };
  },
};

/**
 * Makes a backend current. With `auto`, falls through the order above and says so when the native one is missing.
 * Throws UsageError for a number of threads that can't be, BackendError for a backend that can't be used here.
 *
 * @example
 * import { selectBackend } from "gnmt-moe";
 *
 * const { backend, detail } = await selectBackend({ backend: "auto", threads: 4, precision: "bf16" });
 * console.log(backend, detail); // native amx, 4 threads, bf16
 */
export async function selectBackend(options: EngineOptions = {}): Promise<SelectedBackend> {
  const wanted = options.backend ?? "auto";
  threadCount(options.threads);
  tf.env().set("IS_NODE", false); // Silences TensorFlow.js's advertisement for its Node package.
  try {
    if (wanted !== "auto") return await starters[wanted](options);
    for (const name of backendNames) {
      try {
        return await starters[name](options);
      } catch (error) {
        if (name === "native")
          log.warn(`${(error as Error).message}; using a slower backend. \`nmt doctor\` says more.`);
      }
    }
    throw new BackendError("no TensorFlow.js backend could be started", { nextStep: "Run `nmt doctor`." });
  } finally {
    tf.env().set("IS_NODE", true);
  }
}

/**
 * Whether a backend could be used, without leaving it chosen. Throws nothing: a reason stands in the answer.
 *
 * @example
 * import { probeBackend } from "gnmt-moe";
 *
 * const native = await probeBackend("native");
 * if (!native.usable) console.error(native.reason, native.nextStep);
 */
export async function probeBackend(name: BackendName, options: EngineOptions = {}): Promise<BackendAvailability> {
  try {
    const { detail } = await starters[name](options);
    return { usable: true, detail };
  } catch (error) {
    const nextStep = error instanceof BackendError ? (error.nextStep ?? "") : "";
    return { usable: false, reason: (error as Error).message, nextStep };
  }
}

async function use(name: string): Promise<void> {
  if (!(await tf.setBackend(name))) {
    throw new BackendError(`TensorFlow.js could not start its backend "${name}"`, { nextStep: "Run `nmt doctor`." });
  }
  await tf.ready();
  // The JavaScript CPU backend, and ours that extends it, would advertise TensorFlow's Node package at their first tensor.
  (tf.backend() as unknown as { firstUse?: boolean }).firstUse = false;
}

/** Imports an optional peer: from NMT_TFJS_NODE (a folder that has it in node_modules), or as this package resolves it. */
async function importTensorFlow(packageName: string): Promise<void> {
  const folder = process.env["NMT_TFJS_NODE"];
  try {
    if (folder !== undefined && existsSync(join(folder, "node_modules", packageName))) {
      const entry = createRequire(join(resolve(folder), "package.json")).resolve(packageName);
      await import(pathToFileURL(entry).href);
    } else {
      await import(packageName);
    }
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
    throw new BackendError(absent ? `${packageName} is not installed` : `${packageName} could not be loaded`, {
      cause: error,
      nextStep: `npm install -D ${packageName}@4.22.0`,
    });
  }
}
