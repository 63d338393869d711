/** Adam (Kingma & Ba 2015) over a model's named parameters, with clipping by global norm folded into the step. */
import * as tf from "@tensorflow/tfjs";
import { type AdamParameter, type AdamRowParameter, adamRowStep, adamStep } from "../ops/adam-step.ts";
import { globalNorm } from "../ops/global-norm.ts";
import { denseGradient, RowGradients, takesRowGradients } from "../ops/row-gradients.ts";
import { storedMoment } from "./moments.ts";
import type { OptimizedParameter, Optimizer, OptimizerState, SumOverRanks, TableGradients } from "./optimizer.ts";

/** Constants of Adam, and the clipping norm. */
export interface AdamOptions {
  /** Decay of the mean of gradients, in [0, 1). */
  beta1: number;
  /** Decay of the mean of their squares, in [0, 1). */
  beta2: number;
  /** Added to the root of the second moment. */
  epsilon: number;
  /** Gradients longer than this, all together, are scaled down to it; 0 = never. */
  maxGradNorm: number;
  /** Where some parameters are divided among ranks. */
  sumOverRanks?: SumOverRanks | undefined;
}

interface Slot extends OptimizedParameter {
  first: tf.Variable;
  second: tf.Variable;
}

/** Adam with two moments of the shape of each parameter. */
export class Adam implements Optimizer {
  private readonly options: AdamOptions;
  private readonly slots: readonly Slot[];
  private steps: number;

  /** Starts afresh, or after `steps` steps with the stored moments. */
  constructor(parameters: readonly OptimizedParameter[], options: AdamOptions, stored?: OptimizerState, steps = 0) {
    this.options = options;
    this.steps = steps;
    this.slots = parameters.map(({ name, variable, part }) => ({
      name,
      variable,
      ...(part !== undefined && { part }),
      first: storedMoment(stored, `${name}.first`, variable.shape, part),
      second: storedMoment(stored, `${name}.second`, variable.shape, part),
    }));
  }

  /** Experts are updated from their gradients, as all parameters are. */
  expertUpdate(): undefined {}

  rowGradients(): RowGradients | undefined {
    return takesRowGradients() ? new RowGradients() : undefined;
  }

  step(gradients: tf.NamedTensorMap, learningRate: number, lossScale = 1, rows?: TableGradients): number {
    const whole: AdamParameter[] = [];
    const divided: AdamParameter[] = [];
    const ofRows: AdamRowParameter[] = [];
    const summed: tf.Tensor[] = [];
    for (const { variable, first, second, part } of this.slots) {
      const gradient = gradients[variable.name];
      const some = rows?.get(variable);
      if (some !== undefined && gradient === undefined) {
        ofRows.push({ value: variable, gradient: some, first, second });
      } else if (some !== undefined && gradient !== undefined) {
        const sum = tf.tidy(() => tf.add(gradient, denseGradient(some)));
        summed.push(sum);
        whole.push({ value: variable, gradient: sum, first, second });
      } else if (gradient !== undefined) {
        (part === undefined ? whole : divided).push({ value: variable, gradient, first, second });
      }
    }
    const norm = this.update(whole, divided, ofRows, learningRate, lossScale);
    tf.dispose(summed);
    return norm;
  }

  private update(
    whole: AdamParameter[],
    divided: AdamParameter[],
    ofRows: AdamRowParameter[],
    learningRate: number,
    lossScale: number,
  ): number {
    const norm = lossScale * this.norm(whole, divided, ofRows);
    if (!Number.isFinite(norm)) return norm;
    const { beta1, beta2, epsilon, maxGradNorm } = this.options;
    const clipping = maxGradNorm > 0 && norm > maxGradNorm ? maxGradNorm / norm : 1;
    this.steps++;
    const gradientScale = lossScale * clipping;
    const options = { learningRate, beta1, beta2, epsilon, step: this.steps, gradientScale };
    adamStep([...whole, ...divided], options);
    for (const table of ofRows) adamRowStep(table, options);
    return norm;
  }

  /** Of all gradients on all ranks. */
  private norm(whole: AdamParameter[], divided: AdamParameter[], ofRows: AdamRowParameter[]): number {
    const gradients = (parameters: AdamParameter[]) => parameters.map(({ gradient }) => gradient);
    const sums = ofRows.map(({ gradient }) => gradient.sums);
    const { sumOverRanks } = this.options;
    if (sumOverRanks === undefined) return globalNorm([...gradients(whole), ...gradients(divided), ...sums]);
    const ofDivided = sumOverRanks(globalNorm(gradients(divided)) ** 2);
    return Math.sqrt(globalNorm([...gradients(whole), ...sums]) ** 2 + ofDivided);
  }

  state(): ReturnType<Optimizer["state"]> {
    return this.slots.flatMap(({ name, first, second, part }) => [
      { name: `${name}.first`, variable: first, ...(part !== undefined && { part }) },
      { name: `${name}.second`, variable: second, ...(part !== undefined && { part }) },
    ]);
  }

  dispose(): void {
    for (const { first, second } of this.slots) tf.dispose([first, second]);
  }
}
