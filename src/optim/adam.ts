/** Adam (Kingma & Ba 2015) over a model's named parameters, with clipping by global norm folded into the step. */
import * as tf from "@tensorflow/tfjs";
import { adamStep } from "../ops/adam-step.ts";
import { globalNorm } from "../ops/global-norm.ts";
import { floatTensor } from "../ops/tensor.ts";

export interface AdamOptions {
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Gradients longer than this, all together, are scaled down to it; 0 = never. */
  maxGradNorm: number;
}

export interface OptimizedParameter {
  name: string;
  variable: tf.Variable;
}

/** Moments by parameter name, as a checkpoint keeps them. */
export type OptimizerState = ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>;

interface Slot extends OptimizedParameter {
  first: tf.Variable;
  second: tf.Variable;
}

export class Adam {
  private readonly options: AdamOptions;
  private readonly slots: readonly Slot[];
  private steps: number;

  /** Starts afresh, or after `steps` steps with the stored moments. */
  constructor(parameters: readonly OptimizedParameter[], options: AdamOptions, stored?: OptimizerState, steps = 0) {
    this.options = options;
    this.steps = steps;
    const moment = (name: string, shape: number[]) => {
      const values = stored?.get(name)?.data ?? new Float32Array(tf.util.sizeFromShape(shape));
      const initial = floatTensor(values, shape);
      const variable = tf.variable(initial, false);
      initial.dispose();
      return variable;
    };
    this.slots = parameters.map(({ name, variable }) => ({
      name,
      variable,
      first: moment(`${name}.first`, variable.shape),
      second: moment(`${name}.second`, variable.shape),
    }));
  }

  /**
   * Updates every parameter; gradients go by variable name. They may be those of the loss divided by `lossScale`, such as of a sum whose mean
   * is the loss; clipping, moments and the norm returned, which is that before clipping, are those of the loss itself.
   */
  step(gradients: tf.NamedTensorMap, learningRate: number, lossScale = 1): number {
    const updates = this.slots.flatMap((slot) => {
      const gradient = gradients[slot.variable.name];
      return gradient === undefined ? [] : [{ value: slot.variable, gradient, first: slot.first, second: slot.second }];
    });
    const norm = lossScale * globalNorm(updates.map(({ gradient }) => gradient));
    if (!Number.isFinite(norm)) return norm;
    const { beta1, beta2, epsilon, maxGradNorm } = this.options;
    const clipping = maxGradNorm > 0 && norm > maxGradNorm ? maxGradNorm / norm : 1;
    this.steps++;
    adamStep(updates, { learningRate, beta1, beta2, epsilon, step: this.steps, gradientScale: lossScale * clipping });
    return norm;
  }

  /** Moments, in parameter order, for a checkpoint. */
  state(): { name: string; variable: tf.Variable }[] {
    return this.slots.flatMap(({ name, first, second }) => [
      { name: `${name}.first`, variable: first },
      { name: `${name}.second`, variable: second },
    ]);
  }

  dispose(): void {
    for (const { first, second } of this.slots) tf.dispose([first, second]);
  }
}
