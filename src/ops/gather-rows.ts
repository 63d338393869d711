/** Rows of a matrix by index, and their opposite, adding rows up by index: each is the other's gradient. Sums are in the order of rows. */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/embedding.ts";
import { applyFused } from "./fused-op.ts";

/** x [rows, width], index [n] → [n, width]: row i is x's row `index[i]`. */
export function gatherRows(x: tf.Tensor2D, index: Int32Array): tf.Tensor2D {
  const [rows, width] = x.shape;
  const native = nativeBackend();
  return applyFused([x], {
    forward: (x) => {
      if (native !== undefined) return kernels.gatherRows(native, x, index);
      if (index.length === 0) return tf.zeros([0, width]);
      return tf.gather(x, tf.tensor1d(index, "int32")) as tf.Tensor2D;
    },
    gradient: (dy) => scatterAddRows(dy, index, rows),
  });
}

/** x [n, width], index [n] → [rows, width]: row r is the sum of x's rows whose index is r. */
export function scatterAddRows(x: tf.Tensor2D, index: Int32Array, rows: number): tf.Tensor2D {
  const width = x.shape[1];
  const native = nativeBackend();
  return applyFused([x], {
    forward: (x) => {
      if (native !== undefined) return kernels.scatterAddRows(native, x, index, rows);
      if (index.length === 0) return tf.zeros([rows, width]);
      const places = tf.tensor2d(index, [index.length, 1], "int32");
      return tf.scatterND(places, x, [rows, width]) as tf.Tensor2D;
    },
    gradient: (dy) => gatherRows(dy, index),
  });
}

/** x [rows, columns], places [n] row by row (row · columns + column) → [n]. */
export function gatherEntries(x: tf.Tensor2D, places: Int32Array): tf.Tensor1D {
  return tf.reshape(gatherRows(tf.reshape(x, [x.size, 1]), places), [places.length]);
}
