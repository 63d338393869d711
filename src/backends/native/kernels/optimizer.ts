/** Optimiser steps over many tensors in one call of the addon. */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "../backend.ts";
import { ownFloats } from "./own-floats.ts";

export interface OptimizerKernels {
  /** `learningRate` and `secondCorrection` carry the corrections of the moments' bias. */
  adamStep(
    values: Float32Array[],
    gradients: Float32Array[],
    first: Float32Array[],
    second: Float32Array[],
    learningRate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    secondCorrection: number,
    gradientScale: number,
  ): void;
  globalNorm(gradients: Float32Array[]): number;
}

interface AdamParameter {
  value: tf.Variable;
  gradient: tf.Tensor;
  first: tf.Variable;
  second: tf.Variable;
}

interface AdamStepOptions {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  step: number;
  gradientScale: number;
}

/** Updates the variables' own memory. */
export function adamStep(native: NativeBackend, parameters: AdamParameter[], options: AdamStepOptions): void {
  const { learningRate, beta1, beta2, epsilon, step, gradientScale } = options;
  native.addon.adamStep(
    parameters.map(({ value }) => ownFloats(native, value)),
    parameters.map(({ gradient }) => native.floats(gradient)),
    parameters.map(({ first }) => ownFloats(native, first)),
    parameters.map(({ second }) => ownFloats(native, second)),
    learningRate / (1 - beta1 ** step),
    beta1,
    beta2,
    epsilon,
    1 / (1 - beta2 ** step),
    gradientScale,
  );
}

/** √ Σ g² over all tensors. */
export function globalNorm(native: NativeBackend, gradients: tf.Tensor[]): number {
  return native.addon.globalNorm(gradients.map((gradient) => native.floats(gradient)));
}
