/** Everything a run remembers beside parameters and moments. Plain JSON: a checkpoint stores it, the same command resumes from it. */
import type { Criterion } from "../config/choices.ts";
export interface BestScore {
  step: number;
  /** In the sense of `best_checkpoint_metric`: BLEU (higher is better) or perplexity (lower is better). */
  value: number;
}

export interface TrainerState<Position = unknown> {
  /** Optimiser steps done. */
  step: number;
  /** Forward passes done: names the noise of the next one. */
  pass: number;
  /** Seconds spent in steps, over all sessions of the run; validation is not counted. */
  trainSeconds: number;
  targetTokens: number;
  sourceTokens: number;
  /** Where the data goes on. */
  position: Position | undefined;
  best: BestScore | undefined;
  /** Validations since the best one, by `early_stopping_criteria`. */
  stale: number;
  bestForStopping: number | undefined;
  finished: boolean;
}

export function freshState<Position>(): TrainerState<Position> {
  return {
    step: 0,
    pass: 0,
    trainSeconds: 0,
    targetTokens: 0,
    sourceTokens: 0,
    position: undefined,
    best: undefined,
    stale: 0,
    bestForStopping: undefined,
    finished: false,
  };
}

/** Why a state that was read back cannot be gone on with; undefined for a sound one of this step. */
export function stateProblem(state: unknown, step: number): string | undefined {
  if (typeof state !== "object" || state === null) return "it is no object";
  const found = state as Record<string, unknown>;
  for (const key of ["step", "pass", "targetTokens", "sourceTokens", "stale"] as const) {
    if (!isCount(found[key])) return `${key} is ${String(found[key])}`;
  }
  if (!isAmount(found["trainSeconds"])) return `trainSeconds is ${String(found["trainSeconds"])}`;
  if (typeof found["finished"] !== "boolean") return `finished is ${String(found["finished"])}`;
  if (found["step"] !== step) return `it is of step ${found["step"]}, not ${step}`;
  const { position, best } = found as { position?: object | null; best?: Partial<BestScore> | null };
  const numbers = Object.values(position ?? {}).filter((value) => typeof value === "number");
  if (position === null || typeof (position ?? {}) !== "object" || !numbers.every(isCount))
    return `position is ${JSON.stringify(position)}`;
  if (best !== undefined && !isCount(best?.step)) return `best is ${JSON.stringify(best)}`;
  return undefined;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isAmount(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0;
}

/** Whether a validation is better than the best so far. */
export function improves(criterion: Criterion, value: number, best: number | undefined): boolean {
  if (best === undefined || Number.isNaN(best)) return true;
  return criterion === "bleu" ? value > best : value < best;
}
