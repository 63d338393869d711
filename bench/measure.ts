/** Times calls of kernels and holds them against the machine's limits: arithmetic or memory, whichever takes longer. */
import type { NativeAddon } from "../src/backends/native/addon.ts";
import type { KernelWork } from "../src/backends/native/kernel-work.ts";
import { KernelProfile } from "../src/backends/native/profile.ts";
import type { Engine, Limits } from "./engine.ts";
import { type Row, rounded } from "./figures.ts";

/** A sample lasts at least this long, or the clock would be part of it. */
const SAMPLE_MS = 20;

/** The middle one; of an even number, the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** Milliseconds of one call, in each of `runs` samples after one or two calls that aren't counted. */
export function timeCalls(call: () => void, runs: number): number[] {
  const first = elapsed(call, 1);
  const typical = first < SAMPLE_MS ? elapsed(call, 1) : first;
  const calls = Math.max(1, Math.ceil(SAMPLE_MS / Math.max(typical, 1e-3)));
  return Array.from({ length: Math.max(1, runs) }, () => elapsed(call, calls) / calls);
}

function elapsed(call: () => void, calls: number): number {
  const started = performance.now();
  for (let i = 0; i < calls; i++) call();
  return performance.now() - started;
}

/** Useful work of all kernels that one call runs. */
export function workOf(addon: NativeAddon, call: () => void): Required<KernelWork> {
  const profile = new KernelProfile(addon);
  profile.start();
  call();
  profile.stop();
  const sum = { flops: 0, bytes: 0 };
  for (const { flops, bytes } of profile.report().kernels) {
    sum.flops += flops;
    sum.bytes += bytes;
  }
  return sum;
}

/** Rates of work done in so many milliseconds, and the share, in per cent, of the limit that binds it. */
export function againstLimits({ flops, bytes }: Required<KernelWork>, milliseconds: number, limits: Limits): Row {
  const arithmetic = flops / (limits.gflops * 1e6);
  const memory = bytes / (limits.gigabytes * 1e6);
  return {
    ms: rounded(milliseconds, 3),
    ...(flops > 0 && { gflops: rounded(flops / milliseconds / 1e6) }),
    ...(bytes > 0 && { gb_s: rounded(bytes / milliseconds / 1e6) }),
    limit: memory > arithmetic ? "memory" : "arithmetic",
    share: rounded((100 * Math.max(arithmetic, memory)) / milliseconds),
  };
}

/** The median of `runs` runs of a call, against the machine's limits. */
export function measureCall({ native, limits }: Engine, call: () => void, runs: number): Row {
  const work = workOf(native.addon, call);
  return againstLimits(work, median(timeCalls(call, runs)), limits);
}
