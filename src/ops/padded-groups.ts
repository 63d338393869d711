/** Row groups as a padded stack, for backends without kernels of our own: [rows, width] ⇄ [groups, longest, width]. */
import * as tf from "@tensorflow/tfjs";
import type { RowGroups } from "../base/packed-layout.ts";

/** Where each row of the two-dimensional side lies in the padded stack, and back; −1 where there is none. */
export interface GroupPadding {
  groups: number;
  /** Length of the longest group. */
  longest: number;
  /** [groups × longest] → row, −1 past a group's end. */
  rowAt: Int32Array;
  /** [rows] → place in the stack, −1 for a row of no group. */
  placeOf: Int32Array;
}

/** Lays groups out as a padded stack. `rowCount` is the number of rows of the two-dimensional side. */
export function groupPadding({ rows, offsets }: RowGroups, rowCount: number): GroupPadding {
  const groups = offsets.length - 1;
  let longest = 0;
  for (let g = 0; g < groups; g++) longest = Math.max(longest, offsets[g + 1]! - offsets[g]!);
  const rowAt = new Int32Array(groups * longest).fill(-1);
  const placeOf = new Int32Array(rowCount).fill(-1);
  for (let g = 0; g < groups; g++) {
    for (let i = offsets[g]!; i < offsets[g + 1]!; i++) {
      const place = g * longest + i - offsets[g]!;
      rowAt[place] = rows[i]!;
      placeOf[rows[i]!] = place;
    }
  }
  return { groups, longest, rowAt, placeOf };
}

/** [rows, width] → [groups, longest, width]; places past a group's end are zero. */
export function padGroups(x: tf.Tensor2D, padding: GroupPadding): tf.Tensor3D {
  const { groups, longest, rowAt, placeOf } = padding;
  return gatherOrZero(x, rowAt, placeOf).reshape([groups, longest, x.shape[1]]);
}

/** [groups, longest, width] → [rows, width]; rows of no group are zero. */
export function unpadGroups(stack: tf.Tensor3D, padding: GroupPadding): tf.Tensor2D {
  const { groups, longest, rowAt, placeOf } = padding;
  return gatherOrZero(stack.reshape([groups * longest, stack.shape[2]]), placeOf, rowAt);
}

/** [groups, longest]: 0 on a group's rows, −10⁹ past its end: added to scores, it leaves those places no weight. */
export function paddingPenalty({ groups, longest, rowAt }: GroupPadding): tf.Tensor2D {
  return tf.tensor2d(
    Float32Array.from(rowAt, (row) => (row < 0 ? -1e9 : 0)),
    [groups, longest],
  );
}

/** Rows of x by index, zero for −1. `inverse` undoes `index`, so the gradient is a gather too (WebAssembly has no scatter-add). */
function gatherOrZero(x: tf.Tensor2D, index: Int32Array, inverse: Int32Array): tf.Tensor2D {
  return tf.customGrad((input) => {
    const [rows, width] = (input as tf.Tensor2D).shape;
    const withZero = tf.concat2d([input as tf.Tensor2D, tf.zeros([1, width])], 0);
    const places = tf.tensor1d(
      index.map((i) => (i < 0 ? rows : i)),
      "int32",
    );
    return {
      value: tf.gather(withZero, places) as tf.Tensor2D,
      gradFunc: (dy: tf.Tensor2D) => gatherOrZero(dy, inverse, index),
    };
  })(x) as tf.Tensor2D;
}
