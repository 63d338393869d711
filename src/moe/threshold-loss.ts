/**
 * L_batchwise (Shazeer et al. 2017, appendix F): Σ (M_threshold − M_batchwise) · (Gσ − T) over positions and experts, divided
 * by the positions. Every term is ≥ 0, dL/dT_i = (m_i − #{positions above T_i}) / positions, and shares get no gradient.
 */
import * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import { applyFused } from "../ops/fused-op.ts";

/** 1 where an expert takes a position, else 0. */
export interface Masks {
  /** M_batchwise [positions · experts] */
  chosen: Uint8Array;
  /** M_threshold [positions · experts] */
  aboveThreshold: Uint8Array;
}

/** thresholds [experts], shares [positions · experts] */
export function thresholdLoss(
  thresholds: tf.Tensor1D,
  shares: Float32Array,
  { chosen, aboveThreshold }: Masks,
  context: ForwardContext,
): tf.Scalar {
  const numExperts = thresholds.size;
  const values = thresholds.dataSync<"float32">();
  const missing = new Float32Array(numExperts);
  let loss = 0;
  for (let i = 0; i < shares.length; i++) {
    const difference = aboveThreshold[i]! - chosen[i]!;
    if (difference === 0) continue;
    const expert = i % numExperts;
    loss += difference * (shares[i]! - values[expert]!);
    missing[expert]! -= difference;
  }
  return tf.tidy(() => {
    const own = applyFused<[tf.Tensor1D], tf.Tensor1D>([thresholds], {
      forward: () => tf.tensor1d([loss]),
      gradient: (dy) => tf.mul(dy, tf.tensor1d(missing)),
    });
    const positions = context.sumOverBatches(tf.tensor1d([shares.length / numExperts]));
    return tf.sum(tf.div(context.sumOverBatches(own), tf.maximum(positions, 1))) as tf.Scalar;
  });
}
