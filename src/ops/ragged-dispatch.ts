/** `dispatch` and `combine` for positions that use different numbers of experts, some of them none. */
import * as tf from "@tensorflow/tfjs";
import type { DispatchPlan } from "./dispatch.ts";
import { gatherRows, scatterAddRows } from "./gather-rows.ts";

/** Pairs (position, expert), position by position: those of position p are slots `starts[p]` to `starts[p + 1]`. */
export interface RaggedChoices {
  /** [positions + 1] */
  starts: Int32Array;
  /** [slots] */
  experts: Int32Array;
}

/** [slots] the position of each slot. */
export function positionOfSlots(starts: Int32Array): Int32Array {
  const positions = new Int32Array(starts.at(-1)!);
  for (let position = 0; position + 1 < starts.length; position++) {
    positions.fill(position, starts[position], starts[position + 1]);
  }
  return positions;
}

/** x [positions, width] → [slots, width], sorted by expert. */
export function raggedDispatch(x: tf.Tensor2D, plan: DispatchPlan, starts: Int32Array): tf.Tensor2D {
  return gatherRows(x, positionOfRows(plan, starts));
}

/** y [slots, width] sorted by expert, gates [slots, 1] → [positions, width]: Σ over choices of gate · row; 0 without choices. */
export function raggedCombine(y: tf.Tensor2D, gates: tf.Tensor2D, plan: DispatchPlan, starts: Int32Array): tf.Tensor2D {
  return tf.tidy(() => {
    const weighted = tf.mul(y, gatherRows(gates, plan.slots)) as tf.Tensor2D;
    return scatterAddRows(weighted, positionOfRows(plan, starts), starts.length - 1);
  });
}

function positionOfRows({ slots }: DispatchPlan, starts: Int32Array): Int32Array {
  const positions = positionOfSlots(starts);
  return slots.map((slot) => positions[slot]!);
}
