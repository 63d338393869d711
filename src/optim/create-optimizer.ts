/** The optimiser that a configuration asks for. */
import type { ExpertOptimizer } from "../config/choices.ts";
import { Adam, type AdamOptions } from "./adam.ts";
import { AdamWithFactoredExperts } from "./factored-experts.ts";
import type { OptimizedParameter, Optimizer, OptimizerState } from "./optimizer.ts";

/** Constants, and the experts' optimiser. */
export interface OptimizerOptions extends AdamOptions {
  /** Of the experts' matrices; all other parameters have Adam. */
  expertOptim: ExpertOptimizer;
}

/** A new one, or one that goes on after `steps` steps with stored moments. */
export function createOptimizer(
  parameters: readonly OptimizedParameter[],
  { expertOptim, ...options }: OptimizerOptions,
  stored?: OptimizerState,
  steps = 0,
): Optimizer {
  const Kind = expertOptim === "factored_adam" ? AdamWithFactoredExperts : Adam;
  return new Kind(parameters, options, stored, steps);
}
