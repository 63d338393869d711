/**
 * Adam for a model, and the paper's factored Adam for its experts' matrices (Shazeer et al. 2017, appendix D), whose state is a row and a
 * column of numbers for each matrix instead of two more matrices. Where the backend can, experts are updated within the backward pass.
 * Their gradients are therefore clipped matrix by matrix, all others by their norm together.
 */
import * as tf from "@tensorflow/tfjs";
import { canUpdateExperts, type ExpertUpdate } from "../ops/expert-ffn-update.ts";
import { type FactoredAdamOptions, type FactoredMoments, factoredAdamStep } from "../ops/factored-adam-step.ts";
import type { RowGradients } from "../ops/row-gradients.ts";
import { Adam, type AdamOptions } from "./adam.ts";
import { storedMoment } from "./moments.ts";
import type { OptimizedParameter, Optimizer, OptimizerState, TableGradients } from "./optimizer.ts";

interface Slot extends OptimizedParameter {
  moments: FactoredMoments;
}

/** Moments of experts' matrices [experts, rows, columns] are [experts, rows] and [experts, columns]. */
export class AdamWithFactoredExperts implements Optimizer {
  private readonly options: AdamOptions;
  private readonly others: Adam;
  private readonly experts: readonly Slot[];
  private steps: number;
  private update: ExpertUpdate | undefined;

  /** Starts afresh, or after `steps` steps with the stored moments. */
  constructor(parameters: readonly OptimizedParameter[], options: AdamOptions, stored?: OptimizerState, steps = 0) {
    this.options = options;
    this.steps = steps;
    const others = parameters.filter(({ expertMatrices }) => expertMatrices !== true);
    // Experts are clipped by themselves, so that none of the others is divided.
    this.others = new Adam(others, { ...options, sumOverRanks: undefined }, stored, steps);
    this.experts = parameters
      .filter(({ expertMatrices }) => expertMatrices === true)
      .map(({ name, variable, part }) => {
        const [matrices, rows, columns] = variable.shape as [number, number, number];
        return {
          name,
          variable,
          ...(part !== undefined && { part }),
          moments: {
            rows: storedMoment(stored, `${name}.rows`, [matrices, rows], part),
            columns: storedMoment(stored, `${name}.columns`, [matrices, columns], part),
          },
        };
      });
  }

  expertUpdate(learningRate: number, lossScale: number): ExpertUpdate | undefined {
    // The gradient of an expert that all ranks have is known when they have summed it.
    const updated = this.options.sumOverRanks === undefined ? this.experts : this.experts.filter(({ part }) => part);
    if (updated.length === 0 || !canUpdateExperts()) return undefined;
    const moments = new Map<tf.Tensor, FactoredMoments>(updated.map((slot) => [slot.variable, slot.moments]));
    this.update = {
      options: this.factoredOptions(learningRate, lossScale),
      momentsOf: (weights) => moments.get(weights),
      squares: 0,
      cancelled: false,
    };
    return this.update;
  }

  rowGradients(): RowGradients | undefined {
    return this.others.rowGradients();
  }

  step(gradients: tf.NamedTensorMap, learningRate: number, lossScale = 1, rows?: TableGradients): number {
    const options = this.factoredOptions(learningRate, lossScale);
    const { sumOverRanks = (own: number) => own } = this.options;
    let divided = this.update?.squares ?? 0;
    let whole = 0;
    this.update = undefined;
    for (const { variable, moments, part } of this.experts) {
      const gradient = gradients[variable.name];
      if (gradient === undefined) continue;
      const squares = factoredAdamStep(variable, gradient, moments, options);
      if (part === undefined) whole += squares;
      else divided += squares;
    }
    const norm = lossScale * Math.sqrt(whole + sumOverRanks(divided));
    if (!Number.isFinite(norm)) return norm;
    this.steps++;
    return Math.hypot(norm, this.others.step(gradients, learningRate, lossScale, rows));
  }

  state(): ReturnType<Optimizer["state"]> {
    const factored = this.experts.flatMap(({ name, moments, part }) => [
      { name: `${name}.rows`, variable: moments.rows, ...(part !== undefined && { part }) },
      { name: `${name}.columns`, variable: moments.columns, ...(part !== undefined && { part }) },
    ]);
    return [...this.others.state(), ...factored];
  }

  dispose(): void {
    this.others.dispose();
    for (const { moments } of this.experts) tf.dispose([moments.rows, moments.columns]);
  }

  private factoredOptions(learningRate: number, gradientScale: number): FactoredAdamOptions {
    const { beta2, epsilon, maxGradNorm } = this.options;
    return { learningRate, beta2, epsilon, step: this.steps + 1, gradientScale, maxNorm: maxGradNorm };
  }
}
