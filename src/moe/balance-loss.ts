/** Losses on a batch's routing: the squared coefficient of variation of importance and load (Shazeer et al. 2017, §4 and appendix A), and a router z-loss. */
import * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import { squaredVariations } from "../ops/balance.ts";
import { applyFused } from "../ops/fused-op.ts";

/** Factors of the two balance losses; 0 = none. */
export interface BalanceLossWeights {
  /** Of the squared variation of summed gates. */
  importanceLossWeight: number;
  /** Of the squared variation of the number of positions. */
  loadLossWeight: number;
}

/** w_importance · CV²(importance) + w_load · CV²(load), each [experts] and summed over all batches of the step. */
export function balanceLoss(importance: tf.Tensor1D, load: tf.Tensor1D, weights: BalanceLossWeights): tf.Scalar {
  return squaredVariations([
    { values: importance, weight: weights.importanceLossWeight },
    { values: load, weight: weights.loadLossWeight },
  ]);
}

/** `loss` plus weight · mean over the rows of log²Σ exp(logits) (Zoph et al. 2022), which keeps logits [rows, experts] small. */
export function withRouterZLoss(
  loss: tf.Scalar,
  logits: tf.Tensor2D,
  weight: number,
  context: ForwardContext,
): tf.Scalar {
  if (weight === 0) return loss;
  return tf.tidy(() => {
    const squares = context.sumOverBatches(tf.reshape(tf.sum(tf.square(logSumExp(logits))), [1]));
    const rows = context.sumOverBatches(tf.tensor1d([logits.shape[0]]));
    const mean = tf.sum(tf.div(squares, tf.maximum(rows, 1)));
    return tf.add(loss, tf.mul(mean, weight)) as tf.Scalar;
  });
}

/** log Σ exp of each row of logits [rows, experts]; its gradient is their softmax. */
function logSumExp(logits: tf.Tensor2D): tf.Tensor1D {
  return applyFused<[tf.Tensor2D], tf.Tensor1D, [tf.Tensor2D]>([logits], {
    forward: (logits) => tf.logSumExp(logits, 1),
    save: (_, logits) => [logits],
    gradient: (dy, logits) => tf.mul(tf.softmax(logits), tf.reshape(dy, [-1, 1])),
  });
}

/** Coefficient of variation of plain numbers, for reports. */
export function coefficientOfVariation(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return mean === 0 ? 0 : Math.sqrt(squares / values.length) / mean;
}
