/**
 * Gradients of tables of which a batch reads a few rows, such as embeddings: only those rows are summed and kept, instead of a table of
 * gradients that is mostly zeros. They reach the optimiser beside TensorFlow.js's gradients, which have the shape of what they belong to.
 */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import type { RowGradient } from "../backends/native/kernels/optimizer.ts";
import { applyFused } from "./fused-op.ts";
import { gatherRows, scatterAddRows } from "./gather-rows.ts";

export type { RowGradient };

/** Whether the optimiser's kernels of the current backend take gradients of rows. */
export function takesRowGradients(): boolean {
  return nativeBackend() !== undefined;
}

/** Collects gradients of the rows that backward passes read, table by table. */
export class RowGradients {
  /** Take the gradient of this too: backward passes reach the tables' readers through it. It is zero, and so is its gradient. */
  readonly anchor: tf.Variable = tf.tidy(() => tf.variable(tf.scalar(0)));
  private readonly parts = new Map<tf.Tensor, { ids: Int32Array; dy: tf.Tensor2D }[]>();

  /** table [rows, width], ids [n] → [n, width]; the backward pass adds to what is kept for the table. */
  read(table: tf.Tensor2D, ids: Int32Array): tf.Tensor2D {
    return applyFused<[tf.Tensor], tf.Tensor2D>([this.anchor], {
      forward: () => gatherRows(table, ids),
      gradient: (dy) => {
        const kept = this.parts.get(table) ?? [];
        this.parts.set(table, kept);
        kept.push({ ids, dy: tf.keep(tf.clone(dy)) });
        return this.anchor.clone();
      },
    });
  }

  /** The gradients of all tables since the last call, over any number of backward passes. The caller disposes of the sums. */
  take(): Map<tf.Tensor, RowGradient> {
    const gradients = new Map<tf.Tensor, RowGradient>();
    for (const [table, parts] of this.parts) {
      gradients.set(table, sumOf(table.shape[0]!, parts));
      for (const { dy } of parts) dy.dispose();
    }
    this.parts.clear();
    return gradients;
  }

  dispose(): void {
    tf.dispose([...this.take().values()].map(({ sums }) => sums));
    this.anchor.dispose();
  }
}

/** Rows in the order of their first reading. */
function sumOf(rows: number, parts: readonly { ids: Int32Array; dy: tf.Tensor2D }[]): RowGradient {
  const rowOf = new Int32Array(rows).fill(-1);
  const index = new Int32Array(parts.reduce((sum, { ids }) => sum + ids.length, 0));
  let count = 0;
  let at = 0;
  for (const { ids } of parts) {
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (rowOf[id] === -1) rowOf[id] = count++;
      index[at++] = rowOf[id]!;
    }
  }
  const sums = tf.tidy(() => {
    const all = parts.length === 1 ? parts[0]!.dy : tf.concat(parts.map(({ dy }) => dy));
    return scatterAddRows(all, index, count);
  });
  return { rowOf, sums };
}

/** The gradient as a table of its own. */
export function denseGradient({ rowOf, sums }: RowGradient): tf.Tensor2D {
  const index = new Int32Array(sums.shape[0]);
  rowOf.forEach((place, row) => {
    if (place >= 0) index[place] = row;
  });
  return scatterAddRows(sums, index, rowOf.length);
}
