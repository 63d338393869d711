/** Parameters that stay as they are: fused backward passes leave their gradients out. */
import * as tf from "@tensorflow/tfjs";

/** Whether a tensor is a variable that is not trained: nothing asks for its gradient. */
export function isFrozen(tensor: tf.Tensor | undefined): boolean {
  return tensor instanceof tf.Variable && !tensor.trainable;
}

/** Stands where an op must give a gradient that nothing reads. */
export function noGradient(): tf.Tensor {
  return tf.scalar(0);
}
