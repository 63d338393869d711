/** One step of Adam (Kingma & Ba 2015, algorithm 1) on many parameters at once, in place. */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/optimizer.ts";
import { denseGradient, type RowGradient } from "./row-gradients.ts";

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

/** Updates values and moments. Gradients are not changed. */
export function adamStep(parameters: AdamParameter[], options: AdamStepOptions): void {
  const native = nativeBackend();
  if (native === undefined) composedAdamStep(parameters, options);
  else kernels.adamStep(native, parameters, options);
}

/** A table whose gradient is that of the rows a batch read; all rows' moments decay, as in `adamStep`. */
export interface AdamRowParameter extends Omit<AdamParameter, "gradient"> {
  gradient: RowGradient;
}

/** `adamStep` for a table. */
export function adamRowStep(parameter: AdamRowParameter, options: AdamStepOptions): void {
  const native = nativeBackend();
  if (native !== undefined) kernels.adamRowStep(native, parameter, options);
  else tf.tidy(() => composedAdamStep([{ ...parameter, gradient: denseGradient(parameter.gradient) }], options));
}

/** `adamStep` from TensorFlow.js operations, on any backend. */
export function composedAdamStep(parameters: AdamParameter[], options: AdamStepOptions): void {
  const { learningRate, beta1, beta2, epsilon, step, gradientScale } = options;
  const firstCorrection = 1 - beta1 ** step;
  const secondCorrection = 1 - beta2 ** step;
  for (const { value, gradient, first, second } of parameters) {
    tf.tidy(() => {
      const scaled = tf.mul(gradient, gradientScale);
      first.assign(tf.add(tf.mul(first, beta1), tf.mul(scaled, 1 - beta1)));
      second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(scaled), 1 - beta2)));
      const deviation = tf.add(tf.sqrt(tf.div(second, secondCorrection)), epsilon);
      value.assign(tf.sub(value, tf.div(tf.mul(first, learningRate / firstCorrection), deviation)));
    });
  }
}
