/**
 * Moves positions to their experts and back: rows sorted by expert for the expert networks, and the gated sum of what they
 * return (Shazeer et al. 2017, equation 1). Dropless: every chosen (position, expert) pair has a row.
 */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/moe.ts";
import { applyFused } from "./fused-op.ts";
import { gatherRows } from "./gather-rows.ts";

/** Slots in the order of their experts, and back. */
export interface DispatchPlan extends kernels.RowOrder {
  /** [experts + 1] first row of each expert */
  offsets: Int32Array;
}

/** Sorts slots by expert. experts [positions · k]: the expert of each slot. */
export function planDispatch(experts: Int32Array, numExperts: number): DispatchPlan {
  const offsets = new Int32Array(numExperts + 1);
  for (let slot = 0; slot < experts.length; slot++) offsets[experts[slot]! + 1]!++;
  for (let expert = 0; expert < numExperts; expert++) offsets[expert + 1]! += offsets[expert]!;
  const next = offsets.slice(0, numExperts);
  const slots = new Int32Array(experts.length);
  const rows = new Int32Array(experts.length);
  for (let slot = 0; slot < experts.length; slot++) {
    const row = next[experts[slot]!]!++;
    slots[row] = slot;
    rows[slot] = row;
  }
  return { offsets, slots, rows };
}

/** x [positions, width] → [positions · k, width], sorted by expert. */
export function dispatch(x: tf.Tensor2D, plan: DispatchPlan, k: number): tf.Tensor2D {
  const native = nativeBackend();
  return native === undefined ? composedDispatch(x, plan, k) : nativeDispatch(native, x, plan, k);
}

/** y [positions · k, width] sorted by expert, gates [positions, k] → [positions, width]: Σ over choices of gate · row. */
export function combine(y: tf.Tensor2D, gates: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
  const native = nativeBackend();
  return native === undefined ? composedCombine(y, gates, plan) : nativeCombine(native, y, gates, plan);
}

/** `dispatch` from TensorFlow.js operations, on any backend. */
export function composedDispatch(x: tf.Tensor2D, { slots }: DispatchPlan, k: number): tf.Tensor2D {
  return tf.tidy(() =>
    gatherRows(
      x,
      slots.map((slot) => Math.floor(slot / k)),
    ),
  );
}

/** `combine` from TensorFlow.js operations, on any backend. */
export function composedCombine(y: tf.Tensor2D, gates: tf.Tensor2D, { rows }: DispatchPlan): tf.Tensor2D {
  const [positions, k] = gates.shape;
  return tf.tidy(() => {
    const bySlot = tf.reshape(gatherRows(y, rows), [positions, k, y.shape[1]]);
    return tf.sum(tf.mul(bySlot, tf.expandDims(gates, 2)), 1);
  });
}

function nativeDispatch(native: NativeBackend, x: tf.Tensor2D, plan: DispatchPlan, k: number): tf.Tensor2D {
  return applyFused([x], {
    forward: (x) => kernels.dispatch(native, x, plan, k),
    gradient: (dy) => kernels.dispatchGradient(native, dy, plan, k),
  });
}

function nativeCombine(native: NativeBackend, y: tf.Tensor2D, gates: tf.Tensor2D, plan: DispatchPlan): tf.Tensor2D {
  return applyFused<[tf.Tensor2D, tf.Tensor2D], tf.Tensor2D, [tf.Tensor2D, tf.Tensor2D]>([y, gates], {
    forward: (y, gates) => kernels.combine(native, y, gates, plan),
    save: (_, y, gates) => [y, gates],
    gradient: (dy, y, gates) => kernels.combineGradient(native, dy, y, gates, plan),
  });
}
