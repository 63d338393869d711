/** Why a training run ends: its limits, and the sentence that says which of them was reached. */
import type { Criterion } from "../config/choices.ts";
import type { TrainerState } from "./trainer-state.ts";

/** Steps or minutes are done, patience is used up, a stop was asked for, or a loss or gradient is not a finite number. */
export type StopReason = "steps" | "minutes" | "early-stopping" | "stopped" | "not-finite";

export interface RunLimits {
  /** 0 = no limit by steps. */
  trainSteps: number;
  /** 0 = no limit by time. */
  trainMinutes: number;
  /** Validations without improvement before stopping; 0 = never. */
  earlyStopping: number;
}

type Spent = Pick<TrainerState, "step" | "trainSeconds">;

/** Share of the budget spent: of steps or of time, whichever is further. */
export function budgetSpent(state: Spent, { trainSteps, trainMinutes }: Omit<RunLimits, "earlyStopping">): number {
  const bySteps = trainSteps > 0 ? state.step / trainSteps : 0;
  const byTime = trainMinutes > 0 ? state.trainSeconds / (trainMinutes * 60) : 0;
  return Math.min(1, Math.max(bySteps, byTime));
}

/** The limit of the budget that is reached; undefined while there is something to train. */
export function budgetReached(state: Spent, limits: Omit<RunLimits, "earlyStopping">): "steps" | "minutes" | undefined {
  if (budgetSpent(state, limits) < 1) return undefined;
  return limits.trainSteps > 0 && state.step >= limits.trainSteps ? "steps" : "minutes";
}

export function patienceUsedUp({ stale }: Pick<TrainerState, "stale">, { earlyStopping }: RunLimits): boolean {
  return earlyStopping > 0 && stale >= earlyStopping;
}

/** The limit that earlier sessions of a run came to, so that it trains nothing; undefined while there is something to do. */
export function endedBefore(
  state: Pick<TrainerState, "step" | "trainSeconds" | "stale" | "finished">,
  limits: RunLimits,
): StopReason | undefined {
  const reached = budgetReached(state, limits);
  // Without `finished` the last validation is to be made up for.
  if (reached !== undefined) return state.finished ? reached : undefined;
  return patienceUsedUp(state, limits) ? "early-stopping" : undefined;
}

/** One sentence for the screen and the log. `trained`: steps since the command began. */
export function describeStop(
  reason: StopReason,
  state: Pick<TrainerState, "step" | "stale">,
  limits: RunLimits & { earlyStoppingCriteria: Criterion },
  trained: number,
): string {
  const { step, stale } = state;
  const patience = `${stale} ${stale === 1 ? "validation" : "validations"} without better ${limits.earlyStoppingCriteria}`;
  const nothing = trained === 0;
  switch (reason) {
    case "steps":
      return nothing
        ? `nothing to train: step ${step} is reached and train_steps is ${limits.trainSteps}; raise it to go on`
        : `ended at step ${step}: train_steps is ${limits.trainSteps}`;
    case "minutes":
      return nothing
        ? `nothing to train: ${limits.trainMinutes} train_minutes are over at step ${step}; raise them to go on`
        : `ended at step ${step}: ${limits.trainMinutes} train_minutes are over`;
    case "early-stopping":
      return nothing
        ? `nothing to train: early stopping ended the run at step ${step}, after ${patience}; raise early_stopping (${limits.earlyStopping}) to go on`
        : `ended early at step ${step}: ${patience} (early_stopping is ${limits.earlyStopping})`;
    case "stopped":
      return `stopped and saved at step ${step}; the same command goes on from there`;
    case "not-finite":
      return `ended at step ${step}: the loss or gradient of the next step is not a finite number`;
  }
}
