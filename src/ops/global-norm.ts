/** Length of all gradients taken as one vector, for clipping (Pascanu et al. 2013). */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/optimizer.ts";

/** √ Σ g². Summed in a fixed order, so that it does not depend on the number of threads. */
export function globalNorm(gradients: tf.Tensor[]): number {
  const native = nativeBackend();
  return native === undefined ? composedGlobalNorm(gradients) : kernels.globalNorm(native, gradients);
}

/** `globalNorm` from TensorFlow.js operations, on any backend. */
export function composedGlobalNorm(gradients: tf.Tensor[]): number {
  if (gradients.length === 0) return 0;
  const squares = tf.tidy(() => tf.stack(gradients.map((gradient) => tf.sum(tf.square(gradient)))));
  const total = squares.dataSync<"float32">().reduce((sum, square) => sum + square, 0);
  squares.dispose();
  return Math.sqrt(total);
}
