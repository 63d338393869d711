/** Top-k gating (Shazeer et al. 2017, §2.1, equations 3 and 5): a softmax over a position's k largest gate logits. */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/gating.ts";
import { applyFused } from "./fused-op.ts";
import { gatherEntries } from "./gather-rows.ts";

/** The chosen experts of each position and their weights, which sum to 1. */
export interface TopKGates {
  /** [positions, k] weights of the chosen experts, best first; each row sums to 1. */
  gates: tf.Tensor2D;
  /** [positions · k] the chosen experts in the same order. */
  experts: Int32Array;
}

/** logits [positions, experts] → the k largest of each row; of equal logits the lower expert comes first. */
export function topKGates(logits: tf.Tensor2D, k: number): TopKGates {
  const native = nativeBackend();
  return native === undefined ? composedTopKGates(logits, k) : nativeTopKGates(native, logits, k);
}

/** `topKGates` from TensorFlow.js operations, on any backend. */
export function composedTopKGates(logits: tf.Tensor2D, k: number): TopKGates {
  const [positions, width] = logits.shape;
  const experts = largestColumns(logits.dataSync(), width, k);
  const gates = tf.tidy(() => {
    const places = experts.map((expert, i) => Math.floor(i / k) * width + expert);
    return tf.softmax(tf.reshape(gatherEntries(logits, places), [positions, k])) as tf.Tensor2D;
  });
  return { gates, experts };
}

/** The columns of the k largest values of each row [width], best first, ties to the lower column: [rows · k]. */
export function largestColumns(values: ArrayLike<number>, width: number, k: number): Int32Array {
  const rows = width === 0 ? 0 : values.length / width;
  const columns = new Int32Array(rows * k);
  for (let row = 0; row < rows; row++) {
    const valueAt = (column: number) => values[row * width + column]!;
    for (let column = 0; column < width; column++) {
      let place = Math.min(column, k);
      while (place > 0 && valueAt(column) > valueAt(columns[row * k + place - 1]!)) place--;
      if (place === k) continue;
      columns.copyWithin(row * k + place + 1, row * k + place, row * k + k - 1);
      columns[row * k + place] = column;
    }
  }
  return columns;
}

function nativeTopKGates(native: NativeBackend, logits: tf.Tensor2D, k: number): TopKGates {
  const [positions, width] = logits.shape;
  const experts = new Int32Array(positions * k);
  const gates = applyFused<[tf.Tensor2D], tf.Tensor2D, [tf.Tensor2D]>([logits], {
    forward: (logits) => kernels.topKGates(native, logits, k, experts),
    save: (gates) => [gates],
    gradient: (dy, gates) => kernels.topKGatesGradient(native, dy, gates, experts, width),
  });
  return { gates, experts };
}
