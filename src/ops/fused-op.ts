/** `tf.customGrad` with its inputs, output and saved tensors typed: how a fused kernel becomes a differentiable op. */
import * as tf from "@tensorflow/tfjs";

export interface FusedOp<Inputs extends tf.Tensor[], Output extends tf.Tensor, Saved extends tf.Tensor[]> {
  forward(...inputs: Inputs): Output;
  /** What the gradient needs of inputs and output; kept until the backward pass. */
  save?(output: Output, ...inputs: Inputs): [...Saved];
  /** Gradients of the inputs, in order, from the output's gradient. */
  gradient(dy: Output, ...saved: Saved): tf.Tensor | tf.Tensor[];
}

/** Applies the op to the inputs. */
export function applyFused<Inputs extends tf.Tensor[], Output extends tf.Tensor, Saved extends tf.Tensor[] = []>(
  inputs: [...Inputs],
  op: FusedOp<Inputs, Output, Saved>,
): Output {
  const differentiable = tf.customGrad((...call) => {
    const save = call.pop() as tf.GradSaveFunc;
    const value = op.forward(...(call as Inputs));
    save(op.save?.(value, ...(call as Inputs)) ?? []);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => op.gradient(dy as Output, ...(saved as Saved)) };
  });
  return differentiable(...inputs) as Output;
}
