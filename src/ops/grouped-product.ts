/** Rows sorted by group, each times its group's matrix: the second gates of a hierarchy, and the parts of experts that have no kernel. */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/grouped-product.ts";
import { applyFused } from "./fused-op.ts";

/** x [rows, in] sorted by group, weights [groups, in, out] → [rows, out]. Group g has rows `offsets[g]` to `offsets[g + 1]`. */
export function groupedProduct(x: tf.Tensor2D, weights: tf.Tensor3D, offsets: Int32Array): tf.Tensor2D {
  type Operands = [tf.Tensor2D, tf.Tensor3D];
  return applyFused<Operands, tf.Tensor2D, Operands>([x, weights], {
    forward: (x, weights) => multiplyGroups(x, weights, offsets),
    save: (_, x, weights) => [x, weights],
    gradient: (dy, x, weights) => [multiplyGroups(dy, weights, offsets, true), groupedWeightGradient(x, dy, offsets)],
  });
}

/** The product itself, without gradient; `transposed`: weights are [groups, out, in]. */
export function multiplyGroups(
  x: tf.Tensor2D,
  weights: tf.Tensor3D,
  offsets: Int32Array,
  transposed = false,
): tf.Tensor2D {
  const native = nativeBackend();
  if (native !== undefined) return kernels.groupedProduct(native, x, weights, offsets, transposed);
  const [groups, first, second] = weights.shape;
  const products = Array.from({ length: groups }, (_, group) => {
    const matrix = tf.reshape(tf.slice(weights, [group, 0, 0], [1, first, second]), [first, second]) as tf.Tensor2D;
    return multiply(rowsOf(x, offsets, group), matrix, false, transposed);
  });
  return tf.concat2d(products, 0);
}

/** x [rows, in], dy [rows, out] → gradient of the weights [groups, in, out]; zeros for a group without rows. */
export function groupedWeightGradient(x: tf.Tensor2D, dy: tf.Tensor2D, offsets: Int32Array): tf.Tensor3D {
  const native = nativeBackend();
  if (native !== undefined) return kernels.groupedWeightGradient(native, x, dy, offsets);
  const groups = Array.from({ length: offsets.length - 1 }, (_, group) =>
    multiply(rowsOf(x, offsets, group), rowsOf(dy, offsets, group), true, false),
  );
  return tf.stack(groups) as tf.Tensor3D;
}

function rowsOf(x: tf.Tensor2D, offsets: Int32Array, group: number): tf.Tensor2D {
  return tf.slice(x, [offsets[group]!, 0], [offsets[group + 1]! - offsets[group]!, x.shape[1]]);
}

/** A product that may have no rows, or sum over none, which not every backend can do. */
function multiply(a: tf.Tensor2D, b: tf.Tensor2D, transposeA: boolean, transposeB: boolean): tf.Tensor2D {
  if (a.size > 0) return tf.matMul(a, b, transposeA, transposeB);
  return tf.zeros([a.shape[transposeA ? 1 : 0], b.shape[transposeB ? 0 : 1]]);
}
