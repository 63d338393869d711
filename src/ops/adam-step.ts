/** One step of Adam (Kingma & Ba 2015, algorithm 1) on many parameters at once, in place. */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import type { AdamParameter, AdamRowParameter, AdamStepOptions } from "../backends/native/kernels/optimizer.ts";
import * as kernels from "../backends/native/kernels/optimizer.ts";
import { denseGradient } from "./row-gradients.ts";

export type { AdamParameter, AdamRowParameter, AdamStepOptions };

/** Updates values and moments. Gradients are not changed. */
export function adamStep(parameters: AdamParameter[], options: AdamStepOptions): void {
  const native = nativeBackend();
  if (native === undefined) composedAdamStep(parameters, options);
  else kernels.adamStep(native, parameters, options);
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
