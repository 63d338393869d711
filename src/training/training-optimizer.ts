/** The optimiser of a run, from its configuration. */
import type { Config } from "../config/config.ts";
import { createOptimizer } from "../optim/create-optimizer.ts";
import type { OptimizedParameter, Optimizer, OptimizerState, SumOverRanks } from "../optim/optimizer.ts";

export type OptimizerKeys = Pick<Config, "adamBeta1" | "adamBeta2" | "adamEpsilon" | "maxGradNorm" | "expertOptim">;

/** Of the parameters that are not frozen: a new one, or one that goes on after `steps` steps with the moments of a checkpoint. */
export function trainingOptimizer(
  config: OptimizerKeys,
  parameters: readonly OptimizedParameter[],
  moments?: OptimizerState,
  steps = 0,
  sumOverRanks?: SumOverRanks,
): Optimizer {
  const options = {
    beta1: config.adamBeta1,
    beta2: config.adamBeta2,
    epsilon: config.adamEpsilon,
    maxGradNorm: config.maxGradNorm,
    expertOptim: config.expertOptim,
    sumOverRanks,
  };
  const trained = parameters.filter(({ variable }) => variable.trainable);
  return createOptimizer(trained, options, moments, steps);
}
