/**
 * A step of the paper's Adam for experts' matrices (Shazeer et al. 2017, appendix D), in place: no first moment, and a second moment
 * factored into means of rows r and columns c of g², V = r cᵀ / mean(r), which is exact where g² has rank one.
 */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import type { FactoredAdamOptions, FactoredMoments } from "../backends/native/kernels/factored-adam.ts";
import * as kernels from "../backends/native/kernels/factored-adam.ts";

export type { FactoredAdamOptions, FactoredMoments };

/**
 * Updates matrices [matrices, rows, columns] and their moments; returns Σ g² of the gradients as they were given. A matrix whose
 * gradient isn't finite stays as it was.
 */
export function factoredAdamStep(
  value: tf.Variable,
  gradient: tf.Tensor,
  moments: FactoredMoments,
  options: FactoredAdamOptions,
): number {
  const native = nativeBackend();
  if (native === undefined) return composedFactoredAdamStep(value, gradient, moments, options);
  return kernels.factoredAdamStep(native, value, gradient, moments, options);
}

/** `factoredAdamStep` from TensorFlow.js operations, on any backend. */
export function composedFactoredAdamStep(
  value: tf.Variable,
  gradient: tf.Tensor,
  moments: FactoredMoments,
  options: FactoredAdamOptions,
): number {
  const { learningRate, beta2, epsilon, step, gradientScale, maxNorm } = options;
  return tf.tidy(() => {
    const given = tf.sum(tf.square(gradient), [1, 2], true); // [matrices, 1, 1]
    const finite = tf.logicalNot(tf.logicalOr(tf.isNaN(given), tf.isInf(given)));
    const norm = tf.mul(tf.sqrt(given), gradientScale);
    const clipping = maxNorm > 0 ? tf.minimum(1, tf.div(maxNorm, tf.maximum(norm, 1e-30))) : tf.onesLike(norm);
    const safe = tf.where(tf.broadcastTo(finite, gradient.shape), gradient, tf.zerosLike(gradient));
    const g = tf.mul(safe, tf.mul(tf.where(finite, clipping, tf.zerosLike(clipping)), gradientScale));
    const squares = tf.add(tf.square(g), epsilon ** 2);
    const decayed = (old: tf.Variable, axis: number) => {
      const mean = tf.add(tf.mul(old, beta2), tf.mul(tf.mean(squares, axis), 1 - beta2));
      return tf.where(tf.broadcastTo(tf.squeeze(finite, [2]), old.shape), mean, old);
    };
    moments.rows.assign(decayed(moments.rows, 2));
    moments.columns.assign(decayed(moments.columns, 1));
    const rows = tf.div(moments.rows, tf.mean(moments.rows, 1, true)); // r / mean(r)
    const second = tf.mul(tf.expandDims(rows, 2), tf.expandDims(moments.columns, 1));
    const deviation = tf.sqrt(tf.div(second, 1 - beta2 ** step));
    const change = tf.div(tf.mul(g, learningRate), deviation);
    value.assign(tf.sub(value, tf.where(tf.broadcastTo(finite, g.shape), change, tf.zerosLike(change))));
    return given.dataSync<"float32">().reduce((sum, square) => sum + square, 0);
  });
}
