/** Products of rows sorted by group with their group's matrix: one product of the addon for each group that has rows. */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "../backend.ts";

/** x [rows, in], weights [groups, in, out] ([groups, out, in] if `transposed`) → [rows, out]. */
export function groupedProduct(
  native: NativeBackend,
  x: tf.Tensor2D,
  weights: tf.Tensor3D,
  offsets: Int32Array,
  transposed: boolean,
): tf.Tensor2D {
  const [rows, inSize] = x.shape;
  const outSize = weights.shape[transposed ? 1 : 2];
  const [input, matrices, out] = [
    native.floats(x),
    native.floats(weights),
    native.takeFloats(rows * outSize, "groupedProduct"),
  ];
  const matrix = inSize * outSize;
  for (let group = 0; group < weights.shape[0]; group++) {
    const [from, to] = [offsets[group]!, offsets[group + 1]!];
    if (from === to) continue;
    native.addon.matmul(
      input.subarray(from * inSize, to * inSize),
      matrices.subarray(group * matrix, (group + 1) * matrix),
      out.subarray(from * outSize, to * outSize),
      to - from,
      outSize,
      inSize,
      false,
      transposed,
      false,
    );
  }
  return native.tensor([rows, outSize], out);
}

/** x [rows, in], dy [rows, out] → [groups, in, out]: Σ over a group's rows of x ᵀ dy; zeros for a group without rows. */
export function groupedWeightGradient(
  native: NativeBackend,
  x: tf.Tensor2D,
  dy: tf.Tensor2D,
  offsets: Int32Array,
): tf.Tensor3D {
  const [groups, inSize, outSize] = [offsets.length - 1, x.shape[1], dy.shape[1]];
  const matrix = inSize * outSize;
  const [left, right, out] = [
    native.floats(x),
    native.floats(dy),
    native.takeFloats(groups * matrix, "groupedWeightGradient"),
  ];
  for (let group = 0; group < groups; group++) {
    const [from, to] = [offsets[group]!, offsets[group + 1]!];
    const gradient = out.subarray(group * matrix, (group + 1) * matrix);
    if (from === to) gradient.fill(0);
    else {
      native.addon.matmul(
        left.subarray(from * inSize, to * inSize),
        right.subarray(from * outSize, to * outSize),
        gradient,
        inSize,
        outSize,
        to - from,
        true,
        false,
        false,
      );
    }
  }
  return native.tensor([groups, inSize, outSize], out);
}
