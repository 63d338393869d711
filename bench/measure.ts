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
  const calls = callsOfSample(call);
  return Array.from({ length: Math.max(1, runs) }, () => elapsed(call, calls) / calls);
}

/** One call's time, and the machine's limits around it. */
export interface Sample {
  ms: number;
  limits: Limits;
}

/** The same with the limits measured before and after each sample. */
export function timeWithLimits({ limitsNow }: Pick<Engine, "limitsNow">, call: () => void, runs: number): Sample[] {
  const calls = callsOfSample(call);
  return samplesOf(limitsNow, runs, () => elapsed(call, calls) / calls);
}

/** What `time` says of each run, from 1 on, in milliseconds, and the limits around it. */
export function samplesOf(limitsNow: () => Limits, runs: number, time: (run: number) => number): Sample[] {
  let before = limitsNow();
  return Array.from({ length: Math.max(1, runs) }, (_, i) => {
    const ms = time(i + 1);
    const after = limitsNow();
    const limits = { ...after, gflops: (before.gflops + after.gflops) / 2 };
    before = after;
    return { ms, limits };
  });
}

/** The same of an asynchronous call, which is timed once in each run. */
export async function timeAsync(
  { limitsNow }: Pick<Engine, "limitsNow">,
  call: () => Promise<unknown>,
  runs: number,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let run = 0; run < Math.max(1, runs); run++) {
    const before = limitsNow();
    const started = performance.now();
    await call();
    const ms = performance.now() - started;
    const after = limitsNow();
    samples.push({ ms, limits: { ...after, gflops: (before.gflops + after.gflops) / 2 } });
  }
  return samples;
}

export function medianMs(samples: readonly Sample[]): number {
  return median(samples.map(({ ms }) => ms));
}

function callsOfSample(call: () => void): number {
  const first = elapsed(call, 1);
  const typical = first < SAMPLE_MS ? elapsed(call, 1) : first;
  return Math.max(1, Math.ceil(SAMPLE_MS / Math.max(typical, 1e-3)));
}

function elapsed(call: () => void, calls: number): number {
  const started = performance.now();
  for (let i = 0; i < calls; i++) call();
  return performance.now() - started;
}

/** Useful work of all kernels that one call runs. */
function workOf(addon: NativeAddon, call: () => void): Required<KernelWork> {
  const work = countWork(addon);
  call();
  return work();
}

/** Counts the useful work of all kernels until the function that it returns is called, which returns their sum. */
export function countWork(addon: NativeAddon): () => Required<KernelWork> {
  const profile = new KernelProfile(addon);
  profile.start();
  return () => {
    profile.stop();
    const sum = { flops: 0, bytes: 0 };
    for (const { flops, bytes } of profile.report().kernels) {
      sum.flops += flops;
      sum.bytes += bytes;
    }
    return sum;
  };
}

/** Medians over the samples: rates of the work of one call, and the share, in per cent, of the limit that binds it. */
export function againstLimits({ flops, bytes }: Required<KernelWork>, samples: readonly Sample[]): Row {
  const ms = medianMs(samples);
  const arithmetic = median(samples.map((sample) => flops / (sample.limits.gflops * 1e6 * sample.ms)));
  const memory = median(samples.map((sample) => bytes / (sample.limits.gigabytes * 1e6 * sample.ms)));
  return {
    ms: rounded(ms, 3),
    ...(flops > 0 && { gflops: rounded(flops / ms / 1e6) }),
    ...(bytes > 0 && { gb_s: rounded(bytes / ms / 1e6) }),
    limit: memory > arithmetic ? "memory" : "arithmetic",
    share: rounded(100 * Math.max(arithmetic, memory)),
  };
}

/** `runs` runs of a call against the machine's limits. */
export function measureCall(engine: Engine, call: () => void, runs: number): Row {
  return againstLimits(workOf(engine.native.addon, call), timeWithLimits(engine, call, runs));
}
