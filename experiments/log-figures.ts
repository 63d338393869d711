/** Curves out of the log of a training run. */
import type { BalanceReport } from "../src/moe/expert-balance.ts";
import type { LogEntry } from "../src/report/run-log.ts";
import type { CurvePoint, RunResult } from "./experiment.ts";

/** Validation perplexity by step. */
export function curveOf(log: readonly LogEntry[]): CurvePoint[] {
  return log
    .filter(({ event }) => event === "validation")
    .map(({ step, perplexity }) => ({ step, perplexity: Number(perplexity ?? Number.NaN) }));
}

/** Balance of each layer over the batches between two reports; empty for a dense model. */
export function trainBalanceOf(log: readonly LogEntry[]): RunResult["trainBalance"] {
  return log
    .filter(({ event }) => event === "train")
    .map(({ step, experts }) => ({ step, experts: (experts ?? {}) as unknown as Record<string, BalanceReport> }));
}
