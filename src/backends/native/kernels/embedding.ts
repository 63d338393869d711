/** Rows by index and their sums by index, by the addon, on tensors of the native backend. */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "../backend.ts";

export interface EmbeddingKernels {
  /** out[i] = x[index[i]]; x [rows, width]. */
  gatherRows(x: Float32Array, index: Int32Array, out: Float32Array, rows: number, width: number): void;
  /** out[r] = Σ x[i] over the i with index[i] = r; out [rows, width]. */
  scatterAddRows(x: Float32Array, index: Int32Array, out: Float32Array, rows: number, width: number): void;
}

/** x [rows, width], index [n] → [n, width]. */
export function gatherRows(native: NativeBackend, x: tf.Tensor2D, index: Int32Array): tf.Tensor2D {
  const width = x.shape[1];
  const out = native.takeFloats(index.length * width, "gatherRows");
  native.addon.gatherRows(native.floats(x), index, out, x.shape[0], width);
  return native.tensor([index.length, width], out);
}

/** x [n, width], index [n] → [rows, width]: row r is the sum of x's rows whose index is r, in their order. */
export function scatterAddRows(native: NativeBackend, x: tf.Tensor2D, index: Int32Array, rows: number): tf.Tensor2D {
  const width = x.shape[1];
  const out = native.takeFloats(rows * width, "scatterAddRows");
  native.addon.scatterAddRows(native.floats(x), index, out, rows, width);
  return native.tensor([rows, width], out);
}
