/** Embedding: rows of a table by piece id. Its gradient adds rows up in the order of positions, whatever the thread count. */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/embedding.ts";
import { applyFused } from "./fused-op.ts";
import { gatherRows } from "./gather-rows.ts";

/** table [vocabulary, width], ids [positions] → [positions, width]. The gradient is a dense [vocabulary, width]. */
export function embedding(table: tf.Tensor2D, ids: Int32Array): tf.Tensor2D {
  const native = nativeBackend();
  return native === undefined ? composedEmbedding(table, ids) : nativeEmbedding(native, table, ids);
}

/** `embedding` from TensorFlow.js operations, on any backend. */
export function composedEmbedding(table: tf.Tensor2D, ids: Int32Array): tf.Tensor2D {
  return tf.tidy(() => gatherRows(table, ids));
}

function nativeEmbedding(native: NativeBackend, table: tf.Tensor2D, ids: Int32Array): tf.Tensor2D {
  const rows = table.shape[0];
  return applyFused([table], {
    forward: (table) => kernels.gatherRows(native, table, ids),
    gradient: (dy) => kernels.scatterAddRows(native, dy, ids, rows),
  });
}
