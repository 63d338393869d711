/** Balance losses: the squared coefficient of variation of importance and load (Shazeer et al. 2017, §4 and appendix A). */
import * as tf from "@tensorflow/tfjs";

/** Guards the division when nothing was routed at all. */
const EPSILON = 1e-10;

/** CV² = population variance / mean² of a vector [experts]. */
export function squaredVariation(values: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const mean = tf.mean(values);
    const variance = tf.mean(tf.square(tf.sub(values, mean)));
    return tf.div(variance, tf.add(tf.square(mean), EPSILON)) as tf.Scalar;
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
