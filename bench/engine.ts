/** The native backend as a benchmark runs it, and the limits of this machine that its figures are held against. */
import { loadAddon } from "../src/backends/native/addon.ts";
import { type NativeBackend, nativeBackend } from "../src/backends/native/backend.ts";
import { selectBackend } from "../src/backends/select.ts";
import type { Figures } from "./figures.ts";
import { rounded } from "./figures.ts";

/** Options of every benchmark that runs kernels. */
export const engineDefaults = {
  threads: 2,
  bf16: false,
  /** An instruction set below the best; empty for the best. */
  isa: "",
} as const;

export interface Limits {
  /** GFLOP/s of the arithmetic in use. */
  gflops: number;
  /** Memory read, GB/s. */
  gigabytes: number;
}

export interface Engine {
  native: NativeBackend;
  /** Memory as measured at the start, arithmetic measured again, which takes 20 ms: other programs on the processor slow down its work and ours. */
  limitsNow: () => Limits;
  /** What ran, for the head of a benchmark's figures. */
  figures: Figures;
}

/** Starts the backend and measures the machine, which takes half a second. */
export async function startEngine(options: { threads: number; bf16: boolean; isa: string }): Promise<Engine> {
  if (options.isa !== "") process.env["NMT_ISA"] = options.isa; // Read when the addon is loaded.
  const precision = options.bf16 ? "bf16" : "f32";
  await selectBackend({ backend: "native", threads: options.threads, precision });
  const addon = loadAddon();
  const peak = addon.measurePeak();
  // Where bf16 instructions are slower, or there are none, bf16 products are f32 products of rounded numbers.
  const byBf16 = options.bf16 && peak.bf16 > peak.f32;
  const limits = { gflops: byBf16 ? peak.bf16 : peak.f32, gigabytes: peak.memory };
  return {
    native: nativeBackend()!,
    limitsNow: () => ({ ...limits, gflops: addon.arithmeticRate(20, byBf16) }),
    figures: {
      isa: addon.isa(),
      threads: addon.threads(),
      precision,
      peak_gflops: rounded(limits.gflops),
      peak_gb_s: rounded(limits.gigabytes),
    },
  };
}

/** Standard normal numbers in the backend's own memory. */
export function randomFloats(native: NativeBackend, length: number, scale = 1): Float32Array {
  const floats = native.takeFloats(length, "normalNoise");
  native.addon.normalNoise(floats, 1, length);
  if (scale !== 1) for (let i = 0; i < length; i++) floats[i]! *= scale;
  return floats;
}
