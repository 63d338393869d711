/** Optimiser steps over many tensors in one call of the addon. */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "../backend.ts";

/** How calls of Adam end. `learningRate` and `secondCorrection` carry the corrections of the moments' bias. */
type Rates = [
  learningRate: number,
  beta1: number,
  beta2: number,
  epsilon: number,
  secondCorrection: number,
  gradientScale: number,
];

export interface OptimizerKernels {
  adamStep(
    values: Float32Array[],
    gradients: Float32Array[],
    first: Float32Array[],
    second: Float32Array[],
    ...rates: Rates
  ): void;
  /** Row r's gradient is row `rowOf[r]` of `sums`, or zero where that is −1. */
  adamRowStep(
    value: Float32Array,
    sums: Float32Array,
    rowOf: Int32Array,
    first: Float32Array,
    second: Float32Array,
    width: number,
    ...rates: Rates
  ): void;
  /** Σ g² over all of them. */
  sumOfSquares(gradients: Float32Array[]): number;
}

/** A parameter, the gradient of this step, and the moments it carries from step to step, all of one shape. */
export interface AdamParameter {
  value: tf.Variable;
  gradient: tf.Tensor;
  first: tf.Variable;
  second: tf.Variable;
}

export interface AdamStepOptions {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Counts from 1; sets the correction of the moments' bias towards zero. */
  step: number;
  /** Multiplies every gradient first: for clipping and for sums that should be means. */
  gradientScale: number;
}

/** The gradient of a table [rows, width]. */
export interface RowGradient {
  /** [rows] the row of `sums` that belongs to each row of the table, or −1 where its gradient is zero */
  rowOf: Int32Array;
  /** [rows read, width] */
  sums: tf.Tensor2D;
}

/** A table whose gradient is that of the rows a batch read; all rows' moments decay, as in `adamStep`. */
export interface AdamRowParameter extends Omit<AdamParameter, "gradient"> {
  gradient: RowGradient;
}

/** Updates the variables' own memory. */
export function adamStep(native: NativeBackend, parameters: AdamParameter[], options: AdamStepOptions): void {
  native.addon.adamStep(
    parameters.map(({ value }) => native.ownFloats(value)),
    parameters.map(({ gradient }) => native.floats(gradient)),
    parameters.map(({ first }) => native.ownFloats(first)),
    parameters.map(({ second }) => native.ownFloats(second)),
    ...ratesOf(options),
  );
}

/** The same for one table [rows, width] and the gradients [rows read, width] of the rows that were read. */
export function adamRowStep(native: NativeBackend, parameter: AdamRowParameter, options: AdamStepOptions): void {
  const { value, first, second, gradient } = parameter;
  native.addon.adamRowStep(
    native.ownFloats(value),
    native.floats(gradient.sums),
    gradient.rowOf,
    native.ownFloats(first),
    native.ownFloats(second),
    gradient.sums.shape[1],
    ...ratesOf(options),
  );
}

function ratesOf({ learningRate, beta1, beta2, epsilon, step, gradientScale }: AdamStepOptions): Rates {
  const corrected = learningRate / (1 - beta1 ** step);
  return [corrected, beta1, beta2, epsilon, 1 / (1 - beta2 ** step), gradientScale];
}

/** √ Σ g² over all tensors. Only those are read whose squares weren't summed when they were written. */
export function globalNorm(native: NativeBackend, gradients: tf.Tensor[]): number {
  const known = gradients.map((gradient) => native.squaresOf(gradient));
  const others = gradients.filter((_, i) => known[i] === undefined);
  const sum = known.reduce((total: number, squares) => total + (squares ?? 0), 0);
  return Math.sqrt(sum + native.addon.sumOfSquares(others.map((gradient) => native.floats(gradient))));
}
