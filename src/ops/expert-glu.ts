/**
 * Experts with gated linear units, (x W1 ∘ sigmoid(x Wg)) W2 (Dauphin et al. 2017), each on the rows of its own positions.
 * As in `expertFfn`, hidden activations are recomputed in the backward pass.
 */
import * as tf from "@tensorflow/tfjs";
import { isFrozen, noGradient } from "./frozen.ts";
import { applyFused } from "./fused-op.ts";
import { groupedWeightGradient, multiplyGroups } from "./grouped-product.ts";

/** Rows, and the matrices of all experts. */
export interface ExpertGluInputs {
  /** [rows, width] sorted by expert */
  x: tf.Tensor2D;
  /** W1 [experts, width, hidden] */
  w1: tf.Tensor3D;
  /** Wg [experts, width, hidden] */
  gate: tf.Tensor3D;
  /** W2 [experts, hidden, width] */
  w2: tf.Tensor3D;
}

/** → [rows, width]. Expert e takes rows `offsets[e]` to `offsets[e + 1]`; one without rows gets zero gradients. */
export function expertGlu({ x, w1, gate, w2 }: ExpertGluInputs, offsets: Int32Array): tf.Tensor2D {
  type Operands = [tf.Tensor2D, tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
  const frozen = [w1, gate, w2].map(isFrozen);
  return applyFused<Operands, tf.Tensor2D, Operands>([x, w1, gate, w2], {
    forward: (x, w1, gate, w2) => tf.tidy(() => multiplyGroups(hiddenUnits(x, w1, gate, offsets).hidden, w2, offsets)),
    save: (_, ...operands) => operands,
    gradient: (dy, x, w1, gate, w2) =>
      tf.tidy(() => {
        const { linear, open, hidden } = hiddenUnits(x, w1, gate, offsets);
        const dHidden = multiplyGroups(dy, w2, offsets, true);
        const dLinear = tf.mul(dHidden, open) as tf.Tensor2D;
        const dGate = tf.mul(tf.mul(dHidden, linear), tf.mul(open, tf.sub(1, open))) as tf.Tensor2D;
        const dx = tf.add(multiplyGroups(dLinear, w1, offsets, true), multiplyGroups(dGate, gate, offsets, true));
        return [
          dx,
          frozen[0] ? noGradient() : groupedWeightGradient(x, dLinear, offsets),
          frozen[1] ? noGradient() : groupedWeightGradient(x, dGate, offsets),
          frozen[2] ? noGradient() : groupedWeightGradient(hidden, dy, offsets),
        ];
      }),
  });
}

/** x W1, the gate's sigmoid, and their product, each [rows, hidden]. */
function hiddenUnits(x: tf.Tensor2D, w1: tf.Tensor3D, gate: tf.Tensor3D, offsets: Int32Array) {
  const linear = multiplyGroups(x, w1, offsets);
  const open = tf.sigmoid(multiplyGroups(x, gate, offsets)) as tf.Tensor2D;
  return { linear, open, hidden: tf.mul(linear, open) as tf.Tensor2D };
}
