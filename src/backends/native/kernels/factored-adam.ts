/** Factored Adam by the addon: on gradients, and inside the backward pass of experts. */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "../backend.ts";

/** How every call ends. `floor` is ε², `secondCorrection` 1 / (1 − β2^step); a gradient longer than `longest`, unless 0, is shortened. */
type Rates = [
  learningRate: number,
  beta2: number,
  floor: number,
  secondCorrection: number,
  gradientScale: number,
  longest: number,
];

export interface FactoredAdamKernels {
  /** Arrays are those of `factoredAdamStep` below. Returns Σ g². */
  factoredAdamStep(
    value: Float32Array,
    gradient: Float32Array,
    rowMeans: Float32Array,
    columnMeans: Float32Array,
    matrices: number,
    rows: number,
    columns: number,
    ...rates: Rates
  ): number;
  /** Arrays are those of `expertFfnUpdate` below. Returns Σ g² over W1 and W2. */
  expertFfnUpdate(
    x: Float32Array,
    w1: Float32Array,
    w2: Float32Array,
    offsets: Int32Array,
    dy: Float32Array,
    activations: Float32Array | undefined,
    dX: Float32Array,
    rows1: Float32Array,
    columns1: Float32Array,
    rows2: Float32Array,
    columns2: Float32Array,
    experts: number,
    width: number,
    hidden: number,
    ...rates: Rates
  ): number;
}

/** Decayed means of squared gradients of matrices [matrices, rows, columns]. */
export interface FactoredMoments {
  /** r [matrices, rows] */
  rows: tf.Variable;
  /** c [matrices, columns] */
  columns: tf.Variable;
}

export interface FactoredAdamOptions {
  learningRate: number;
  beta2: number;
  /** The least deviation: its square is added to squares of gradients. */
  epsilon: number;
  /** Counts from 1; sets the correction of the moments' bias towards zero. */
  step: number;
  /** Multiplies every gradient first. */
  gradientScale: number;
  /** A matrix's gradient longer than this, once scaled, is shortened to it; 0 = never. */
  maxNorm: number;
}

/** value and gradient [matrices, rows, columns], moments [matrices, rows] and [matrices, columns]. */
export function factoredAdamStep(
  native: NativeBackend,
  value: tf.Variable,
  gradient: tf.Tensor,
  moments: FactoredMoments,
  options: FactoredAdamOptions,
): number {
  const [matrices, rows, columns] = value.shape as [number, number, number];
  return native.addon.factoredAdamStep(
    native.ownFloats(value),
    native.floats(gradient),
    native.ownFloats(moments.rows),
    native.ownFloats(moments.columns),
    matrices,
    rows,
    columns,
    ...ratesOf(options),
  );
}

/** Experts' matrices with the moments they carry: W1 [experts, width, hidden], W2 [experts, hidden, width]. */
export interface UpdatedExperts {
  w1: tf.Variable;
  w2: tf.Variable;
  moments1: FactoredMoments;
  moments2: FactoredMoments;
}

/** Updates the experts from dy [rows, width] and returns the gradient of x [rows, width] at the matrices as they were. */
export function expertFfnUpdate(
  native: NativeBackend,
  x: tf.Tensor2D,
  { w1, w2, moments1, moments2 }: UpdatedExperts,
  offsets: Int32Array,
  activations: tf.Tensor2D | undefined,
  dy: tf.Tensor2D,
  options: FactoredAdamOptions,
): { dx: tf.Tensor2D; squares: number } {
  const [experts, width, hidden] = w1.shape as [number, number, number];
  const dX = native.takeFloats(x.size, "expertFfnUpdate");
  const squares = native.addon.expertFfnUpdate(
    native.floats(x),
    native.ownFloats(w1),
    native.ownFloats(w2),
    offsets,
    native.floats(dy),
    activations && native.floats(activations),
    dX,
    native.ownFloats(moments1.rows),
    native.ownFloats(moments1.columns),
    native.ownFloats(moments2.rows),
    native.ownFloats(moments2.columns),
    experts,
    width,
    hidden,
    ...ratesOf(options),
  );
  return { dx: native.tensor(x.shape, dX), squares };
}

function ratesOf({ learningRate, beta2, epsilon, step, gradientScale, maxNorm }: FactoredAdamOptions): Rates {
  return [learningRate, beta2, epsilon ** 2, 1 / (1 - beta2 ** step), gradientScale, maxNorm];
}
