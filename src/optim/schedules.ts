/** Learning-rate schedules. A rate depends on the step and on how much of the training, by steps or by time, is done. */

import type { DecayMethod } from "../config/choices.ts";

/** A schedule and its constants. Steps are those of the optimiser. */
export interface ScheduleOptions {
  /** Which schedule. */
  decayMethod: DecayMethod;
  /** The highest rate. */
  learningRate: number;
  /** Steps of the warm-up; 0 = none. */
  warmupSteps: number;
  /** `linear_warmup_constant_rsqrt`: the rate stays constant until this many steps after the warm-up. */
  decayStartSteps: number;
  /** `cosine`: where the rate ends, as a share of the highest. */
  finalLearningRateRatio: number;
}

/** `exponential_warmup_halving` starts from this share of the rate. */
const EXPONENTIAL_START = 0.01;
const HALVINGS = 4;

/**
 * The rate of one step. `step` counts from 1; `progress` in [0, 1] is the share of training done.
 * - none: linear warm-up, then constant
 * - cosine: linear warm-up times half a cosine down to the final ratio
 * - rsqrt: linear warm-up, then ∝ 1 / √step
 * - linear_warmup_constant_rsqrt: Shazeer et al. 2017, appendix E
 * - exponential_warmup_halving: GNMT: constant until two thirds of training, then four halvings, evenly spaced
 */
export function learningRateAt(options: ScheduleOptions, step: number, progress: number): number {
  const { learningRate, warmupSteps } = options;
  const warmup = warmupSteps === 0 ? 1 : Math.min(1, step / warmupSteps);
  switch (options.decayMethod) {
    case "none":
      return learningRate * warmup;
    case "cosine": {
      const ratio = options.finalLearningRateRatio;
      return learningRate * warmup * (ratio + ((1 - ratio) * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2);
    }
    case "rsqrt":
      return learningRate * warmup * Math.sqrt(Math.max(1, warmupSteps) / Math.max(step, warmupSteps, 1));
    case "linear_warmup_constant_rsqrt": {
      const decayFrom = Math.max(1, warmupSteps + options.decayStartSteps);
      return learningRate * warmup * Math.sqrt(decayFrom / Math.max(step, decayFrom));
    }
    case "exponential_warmup_halving": {
      const halvings = progress < 2 / 3 ? 0 : Math.min(HALVINGS, Math.floor((progress - 2 / 3) * 3 * HALVINGS) + 1);
      return learningRate * EXPONENTIAL_START ** (1 - warmup) * 0.5 ** halvings;
    }
  }
}
