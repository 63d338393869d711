/** Starts the native backend: loads the addon, sets threads and precision, registers it with TensorFlow.js. */
import type { Precision } from "../../base/engine-names.ts";
import { threadCount } from "../../base/threads.ts";
import type { EngineOptions } from "../select.ts";
import { loadAddon, startThreads } from "./addon.ts";
import { registerNativeBackend } from "./backend.ts";
import { fasterPrecision } from "./faster-precision.ts";

export async function startNative(options: EngineOptions): Promise<{ detail: string; precision: Precision }> {
  const addon = loadAddon();
  const threads = threadCount(options.threads);
  startThreads(addon, threads);
  const isa = addon.isa();
  const wanted = options.precision ?? "f32";
  const precision: Precision =
    wanted !== "auto" ? wanted : isa === "avx512bf16" || isa === "amx" ? fasterPrecision(addon) : "f32";
  addon.setPrecision(precision);
  registerNativeBackend(addon);
  return { detail: `${isa}, ${threads} ${threads === 1 ? "thread" : "threads"}, ${precision}`, precision };
}
