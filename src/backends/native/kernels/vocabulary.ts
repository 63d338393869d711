/** Output projection, cross-entropy and best pieces by the addon, on tensors of the native backend. */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "../backend.ts";

export interface ProjectionOperands {
  /** [positions, hidden] */
  hidden: tf.Tensor2D;
  /** [vocabulary, hidden] */
  weights: tf.Tensor2D;
  /** [vocabulary] */
  bias: tf.Tensor1D;
}

export interface SmoothedTargets {
  /** [positions] */
  targets: Int32Array;
  labelSmoothing: number;
}

const none = new Float32Array(0);

/** [2] = (smoothed loss, negative log-likelihood), summed over positions. */
export function crossEntropy(
  native: NativeBackend,
  operands: ProjectionOperands,
  options: SmoothedTargets,
): tf.Tensor1D {
  const sums = native.takeFloats(2);
  runCrossEntropy(native, operands, options, sums, none, none, none);
  return native.tensor([2], sums);
}

/** The sums, and the gradients of the smoothed loss to hidden, weights and bias. */
export function crossEntropyWithGradients(
  native: NativeBackend,
  operands: ProjectionOperands,
  options: SmoothedTargets,
): { sums: tf.Tensor1D; gradients: [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D] } {
  const [positions, width] = operands.hidden.shape;
  const [vocabulary] = operands.weights.shape;
  const sums = native.takeFloats(2);
  const dHidden = native.takeFloats(positions * width);
  const dWeights = native.takeFloats(vocabulary * width);
  const dBias = native.takeFloats(vocabulary);
  runCrossEntropy(native, operands, options, sums, dHidden, dWeights, dBias);
  return {
    sums: native.tensor([2], sums),
    gradients: [
      native.tensor([positions, width], dHidden),
      native.tensor([vocabulary, width], dWeights),
      native.tensor([vocabulary], dBias),
    ],
  };
}

function runCrossEntropy(
  native: NativeBackend,
  { hidden, weights, bias }: ProjectionOperands,
  { targets, labelSmoothing }: SmoothedTargets,
  sums: Float32Array,
  dHidden: Float32Array,
  dWeights: Float32Array,
  dBias: Float32Array,
): void {
  const [positions, width] = hidden.shape;
  const [vocabulary] = weights.shape;
  native.addon.vocabularyCrossEntropy(
    native.floats(hidden),
    native.floats(weights),
    native.floats(bias),
    targets,
    labelSmoothing,
    positions,
    width,
    vocabulary,
    sums,
    dHidden,
    dWeights,
    dBias,
  );
}

/** The k most probable pieces of each row, best first, ties in ascending id order. */
export function topK(
  native: NativeBackend,
  { hidden, weights, bias }: ProjectionOperands,
  k: number,
): { ids: Int32Array; logProbabilities: Float32Array } {
  const [rows, width] = hidden.shape;
  const [vocabulary] = weights.shape;
  const ids = new Int32Array(rows * k);
  const logProbabilities = new Float32Array(rows * k);
  native.addon.vocabularyTopK(
    native.floats(hidden),
    native.floats(weights),
    native.floats(bias),
    rows,
    width,
    vocabulary,
    k,
    ids,
    logProbabilities,
  );
  return { ids, logProbabilities };
}

/** log P(target) of each row: [rows]. */
export function logProbability(
  native: NativeBackend,
  { hidden, weights, bias }: ProjectionOperands,
  targets: Int32Array,
): Float32Array {
  const [rows, width] = hidden.shape;
  const [vocabulary] = weights.shape;
  const logProbabilities = new Float32Array(rows);
  native.addon.vocabularyLogProbability(
    native.floats(hidden),
    native.floats(weights),
    native.floats(bias),
    rows,
    width,
    vocabulary,
    targets,
    logProbabilities,
  );
  return logProbabilities;
}
