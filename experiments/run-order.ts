/** What a run's own process is told, and how it says that it stopped early. */
import type { RunPlan } from "./experiment.ts";

export interface RunOrder {
  plan: RunPlan;
  /** Model directory. */
  directory: string;
  /** File to write the result into. */
  result: string;
  threads: number;
}

/** Exit code of a run that was asked to stop and saved. */
export const STOPPED = 75;
