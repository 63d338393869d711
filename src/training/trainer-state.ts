/** Everything a run remembers beside parameters and moments. Plain JSON: a checkpoint stores it, the same command resumes from it. */
import type { BestScore, RetainedScores } from "./validation/best-score.ts";

export interface TrainerState<Position = unknown> {
  /** Optimiser steps done. */
  step: number;
  /** Forward passes done: names the noise of the next one. */
  pass: number;
  /** Steps that the optimiser's moments had seen before the run, where they were kept from another model. */
  momentSteps?: number;
  /** Identity of the weights that an adapter is trained beside. */
  base?: string;
  /** Seconds spent in steps, over all sessions of the run; validation is not counted. */
  trainSeconds: number;
  targetTokens: number;
  sourceTokens: number;
  /** Where the data goes on. */
  position: Position | undefined;
  /** Whose weights `model.safetensors` has, by `best_checkpoint_metric`. */
  best: BestScore | undefined;
  /** Validations since `stopping`. */
  stale: number;
  /** The best by `early_stopping_criteria`. */
  stopping: BestScore | undefined;
  /** Scores of the corpora to be retained, before the first step. */
  retained?: RetainedScores;
  /** Step of the last validation. */
  validated: number | undefined;
  /** The budget is spent and the last step validated. */
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
    stopping: undefined,
    validated: undefined,
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
  if (found["momentSteps"] !== undefined && !isCount(found["momentSteps"]))
    return `momentSteps is ${String(found["momentSteps"])}`;
  if (!isAmount(found["trainSeconds"])) return `trainSeconds is ${String(found["trainSeconds"])}`;
  if (typeof found["finished"] !== "boolean") return `finished is ${String(found["finished"])}`;
  if (found["step"] !== step) return `it is of step ${found["step"]}, not ${step}`;
  const { position } = found as { position?: object | null };
  const numbers = Object.values(position ?? {}).filter((value) => typeof value === "number");
  if (position === null || typeof (position ?? {}) !== "object" || !numbers.every(isCount))
    return `position is ${JSON.stringify(position)}`;
  for (const key of ["best", "stopping"] as const) {
    const score = found[key] as Partial<BestScore> | null | undefined;
    if (score !== undefined && !isCount(score?.step)) return `${key} is ${JSON.stringify(score)}`;
  }
  return undefined;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isAmount(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0;
}
