/**
 * Source of truth: rates worked out by hand. Warm-up times decay: cosine (Loshchilov & Hutter 2017, eq. 5, without restarts), inverse
 * square root (Vaswani et al. 2017, §5.3), Shazeer et al. 2017, appendix E, and GNMT's halvings (Luong et al. 2017).
 */
import { describe, expect, test } from "vitest";
import { type DecayMethod, decayMethods } from "../../src/config/choices.ts";
import { learningRateAt, type ScheduleOptions } from "../../src/optim/schedules.ts";

const base = { learningRate: 0.8, warmupSteps: 4, decayStartSteps: 12, finalLearningRateRatio: 0.25 };

type Row = [step: number, progress: number, rate: number];

const tables: Record<DecayMethod, Row[]> = {
  none: [
    [1, 0, 0.2],
    [2, 0, 0.4],
    [3, 0, 0.6],
    [4, 0, 0.8],
    [5, 0.5, 0.8],
    [10_000, 1, 0.8],
  ],
  // Peak times (¼ + ¾ · (1 + cos πp) / 2): 1 at p = 0, ⅝ at ½, ¼ at 1; cos π/3 = ½ gives 13/16, cos 2π/3 = −½ gives 7/16.
  cosine: [
    [1, 0, 0.2],
    [2, 1 / 3, 0.325],
    [4, 0, 0.8],
    [5, 1 / 3, 0.65],
    [9, 1 / 2, 0.5],
    [9, 2 / 3, 0.35],
    [100, 1, 0.2],
    [101, 1.5, 0.2],
  ],
  // Peak times √(4 / step) from step 4 on.
  rsqrt: [
    [1, 0, 0.2],
    [3, 0, 0.6],
    [4, 0, 0.8],
    [16, 0.1, 0.4],
    [64, 0.9, 0.2],
    [400, 1, 0.08],
  ],
  // Constant until 4 + 12 steps, then peak times √(16 / step).
  linear_warmup_constant_rsqrt: [
    [1, 0, 0.2],
    [3, 0, 0.6],
    [4, 0, 0.8],
    [15, 0, 0.8],
    [16, 0, 0.8],
    [64, 0.5, 0.4],
    [1600, 1, 0.08],
  ],
  // A hundredth, times 100^(step / 4) up to the peak; from two thirds on a half every twelfth.
  exponential_warmup_halving: [
    [1, 0, 0.008 * Math.sqrt(10)],
    [2, 0, 0.08],
    [4, 0, 0.8],
    [40, 0.5, 0.8],
    [45, 0.57, 0.8],
    [50, 0.66, 0.8],
    [60, 2 / 3 + 1e-9, 0.4],
    [60, 0.74, 0.4],
    [60, 0.76, 0.2],
    [60, 0.84, 0.1],
    [60, 0.92, 0.05],
    [60, 1, 0.05],
  ],
};

describe.each(decayMethods)("%s", (decayMethod) => {
  test.each(tables[decayMethod])("step %d at %d of the training: %d", (step, progress, rate) => {
    expect(learningRateAt({ ...base, decayMethod }, step, progress)).toBeCloseTo(rate, 12);
  });

  test("begins at its peak without a warm-up", () => {
    const options: ScheduleOptions = { ...base, warmupSteps: 0, decayMethod };
    expect(learningRateAt(options, 1, 0)).toBeCloseTo(0.8, 12);
  });
});

test("without warm-up and constant part, the inverse square root counts from step 1", () => {
  const options = { ...base, warmupSteps: 0, decayStartSteps: 0 };
  for (const decayMethod of ["rsqrt", "linear_warmup_constant_rsqrt"] as const) {
    expect(learningRateAt({ ...options, decayMethod }, 4, 0)).toBeCloseTo(0.4, 12);
    expect(learningRateAt({ ...options, decayMethod }, 100, 0)).toBeCloseTo(0.08, 12);
  }
});
