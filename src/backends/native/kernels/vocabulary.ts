/** Output projection, cross-entropy and best pieces (native/src/vocabulary), on tensors of the native backend. */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "../backend.ts";

type Operands = [
  /** [rows, width] */
  hidden: Float32Array,
  /** [vocabulary, width] */
  weights: Float32Array,
  /** [vocabulary] */
  bias: Float32Array,
  rows: number,
  width: number,
  vocabulary: number,
];

/** As `Operands`, for products with few rows. */
type PackedOperands = [
  hidden: Float32Array,
  /** [width, vocabulary], packed in f32 */
  packedWeights: Float32Array,
  bias: Float32Array,
  rows: number,
  width: number,
  vocabulary: number,
];

export interface VocabularyKernels {
  /** sums [2] = (smoothed loss, negative log-likelihood), in nats; the gradients of the first: all of them, all but the weights', or none. */
  vocabularyCrossEntropy(
    ...args: [
      ...Operands,
      targets: Int32Array,
      labelSmoothing: number,
      sums: Float32Array,
      hiddenGradient?: Float32Array,
      weightsGradient?: Float32Array,
      biasGradient?: Float32Array,
      /** [1] Σ of the squares of the weights' gradient */
      weightsSquares?: Float32Array,
    ]
  ): void;
  /** ids, logProbabilities [rows, k]: best first, ties in ascending id order. */
  vocabularyTopK(...args: [...PackedOperands, k: number, ids: Int32Array, logProbabilities: Float32Array]): void;
  /** log P(target) of each row. */
  vocabularyLogProbability(...args: [...PackedOperands, targets: Int32Array, logProbabilities: Float32Array]): void;
}

export interface VocabularyProjection {
  /** [positions, hidden] */
  hidden: tf.Tensor2D;
  /** [vocabulary, hidden] */
  weights: tf.Tensor2D;
  /** [vocabulary] */
  bias: tf.Tensor1D;
}

export interface VocabularyTargets {
  /** [positions] gold piece ids */
  targets: Int32Array;
  /** ε in [0, 1) */
  labelSmoothing: number;
}

/** [2] = (smoothed loss, negative log-likelihood), summed over positions. */
export function crossEntropy(
  native: NativeBackend,
  operands: VocabularyProjection,
  { targets, labelSmoothing }: VocabularyTargets,
): tf.Tensor1D {
  const sums = native.takeFloats(2, "vocabularyCrossEntropy");
  native.addon.vocabularyCrossEntropy(...argumentsOf(native, operands), targets, labelSmoothing, sums);
  return native.tensor([2], sums);
}

/** The sums, and the gradients of the smoothed loss to hidden, weights (where wanted) and bias. */
export function crossEntropyWithGradients(
  native: NativeBackend,
  operands: VocabularyProjection,
  { targets, labelSmoothing }: VocabularyTargets,
  weightsWanted: boolean,
): { sums: tf.Tensor1D; gradients: { hidden: tf.Tensor2D; weights: tf.Tensor2D | undefined; bias: tf.Tensor1D } } {
  const [positions, width] = operands.hidden.shape;
  const [vocabulary] = operands.weights.shape;
  const sums = native.takeFloats(2, "vocabularyCrossEntropy");
  const dHidden = native.takeFloats(positions * width, "vocabularyCrossEntropy");
  const dWeights = weightsWanted ? native.takeFloats(vocabulary * width, "vocabularyCrossEntropy") : undefined;
  const dBias = native.takeFloats(vocabulary, "vocabularyCrossEntropy");
  const squares = new Float32Array(1);
  native.addon.vocabularyCrossEntropy(
    ...argumentsOf(native, operands),
    ...[targets, labelSmoothing, sums, dHidden, dWeights, dBias, squares],
  );
  const weights = dWeights && native.tensor<tf.Tensor2D>([vocabulary, width], dWeights);
  if (weights !== undefined) native.noteSquares(weights, squares[0]!);
  const gradients = {
    hidden: native.tensor<tf.Tensor2D>([positions, width], dHidden),
    weights,
    bias: native.tensor<tf.Tensor1D>([vocabulary], dBias),
  };
  return { sums: native.tensor([2], sums), gradients };
}

/** The k most probable pieces of each row, best first, ties in ascending id order. */
export function topK(
  native: NativeBackend,
  operands: VocabularyProjection,
  k: number,
): { ids: Int32Array; logProbabilities: Float32Array } {
  const [rows] = operands.hidden.shape;
  const ids = new Int32Array(rows * k);
  const logProbabilities = new Float32Array(rows * k);
  native.addon.vocabularyTopK(...packedArgumentsOf(native, operands), k, ids, logProbabilities);
  return { ids, logProbabilities };
}

/** log P(target) of each row: [rows]. */
export function logProbability(
  native: NativeBackend,
  operands: VocabularyProjection,
  targets: Int32Array,
): Float32Array {
  const logProbabilities = new Float32Array(operands.hidden.shape[0]);
  native.addon.vocabularyLogProbability(...packedArgumentsOf(native, operands), targets, logProbabilities);
  return logProbabilities;
}

function argumentsOf(native: NativeBackend, { hidden, weights, bias }: VocabularyProjection): Operands {
  return [
    native.floats(hidden),
    native.floats(weights),
    native.floats(bias),
    hidden.shape[0],
    hidden.shape[1],
    weights.shape[0],
  ];
}

function packedArgumentsOf(native: NativeBackend, { hidden, weights, bias }: VocabularyProjection): PackedOperands {
  const packed = native.packed(weights, { transposed: true, precision: "f32" });
  return [native.floats(hidden), packed, native.floats(bias), ...hidden.shape, weights.shape[0]];
}
