/** Decoding's view of the output projection: the best next pieces of each row, or the log-probability of given ones. No gradients. */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/vocabulary.ts";
import { checkTargets, type VocabularyProjection } from "./vocabulary-cross-entropy.ts";

/** Next pieces of each row. */
export interface BestPieces {
  /** [rows, k] best first; equal log-probabilities in ascending id order. */
  ids: Int32Array;
  /** [rows, k] natural logarithms. */
  logProbabilities: Float32Array;
}

/** The k most probable pieces of each row; k is at most the vocabulary's size. */
export function vocabularyTopK(projection: VocabularyProjection, k: number): BestPieces {
  const native = nativeBackend();
  return native === undefined ? composedVocabularyTopK(projection, k) : kernels.topK(native, projection, k);
}

/** The k most probable pieces of each row, and what every piece has: the same numbers as `vocabularyTopK`'s. */
export function vocabularyDistribution(
  projection: VocabularyProjection,
  k: number,
): BestPieces & { distribution: Float32Array } {
  const size = projection.weights.shape[0];
  const all = vocabularyTopK(projection, size);
  const rows = all.ids.length / size;
  const ids = new Int32Array(rows * k);
  const logProbabilities = new Float32Array(rows * k);
  // [rows, vocabulary] by piece id
  const distribution = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const from = row * size;
    for (let i = from; i < from + size; i++) distribution[from + all.ids[i]!] = all.logProbabilities[i]!;
    ids.set(all.ids.subarray(from, from + k), row * k);
    logProbabilities.set(all.logProbabilities.subarray(from, from + k), row * k);
  }
  return { ids, logProbabilities, distribution };
}

/** log P(target) of each row's given piece: [rows], natural logarithms. Throws DataError for a target outside the vocabulary. */
export function vocabularyLogProbability(projection: VocabularyProjection, targets: Int32Array): Float32Array {
  checkTargets(targets, projection);
  const native = nativeBackend();
  if (native === undefined) return composedVocabularyLogProbability(projection, targets);
  return kernels.logProbability(native, projection, targets);
}

/** `vocabularyTopK` from TensorFlow.js operations, on any backend. */
function composedVocabularyTopK(projection: VocabularyProjection, k: number): BestPieces {
  return tf.tidy(() => {
    const logits = projectedLogits(projection);
    const { values, indices } = tf.topk(logits, k, true);
    return {
      ids: indices.dataSync() as Int32Array,
      logProbabilities: tf.sub(values, tf.logSumExp(logits, 1, true)).dataSync() as Float32Array,
    };
  });
}

/** `vocabularyLogProbability` from TensorFlow.js operations, on any backend. */
function composedVocabularyLogProbability(projection: VocabularyProjection, targets: Int32Array): Float32Array {
  return tf.tidy(() => {
    const logits = projectedLogits(projection);
    const gold = tf.oneHot(tf.tensor1d(targets, "int32"), logits.shape[1]);
    return tf.sub(tf.sum(tf.mul(gold, logits), 1), tf.logSumExp(logits, 1)).dataSync() as Float32Array;
  });
}

/** [rows, vocabulary] */
function projectedLogits({ hidden, weights, bias }: VocabularyProjection): tf.Tensor2D {
  return tf.add(tf.matMul(hidden, weights, false, true), bias);
}
