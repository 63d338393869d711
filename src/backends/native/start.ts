/** Starts the native backend: loads the addon, sets threads and precision, registers it with TensorFlow.js. */
import { cpus } from "node:os";
import type { Precision } from "../../base/engine-names.ts";
import type { EngineOptions } from "../select.ts";
import { loadAddon } from "./addon.ts";
import { registerNativeBackend } from "./backend.ts";
import { fasterPrecision } from "./faster-precision.ts";

export async function startNative(options: EngineOptions): Promise<{ detail: string; precision: Precision }> {
  const addon = loadAddon();
  const threads = options.threads === undefined || options.threads === 0 ? cpus().length : options.threads;
  addon.setThreads(threads);
  const isa = addon.isa();
  const wanted = options.precision ?? "f32";
  const precision: Precision =
    wanted !== "auto" ? wanted : isa === "avx512bf16" || isa === "amx" ? fasterPrecision(addon) : "f32";
  addon.setPrecision(precision);
  registerNativeBackend(addon);
  return { detail: `${isa}, ${threads} ${threads === 1 ? "thread" : "threads"}, ${precision}`, precision };
}
