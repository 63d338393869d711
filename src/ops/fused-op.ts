/** `tf.customGrad` with its inputs, output and saved tensors typed: how a fused kernel becomes a differentiable op. */
import * as tf from "@tensorflow/tfjs";

/** An op whose backward pass needs its inputs and output alone. */
export interface FusedOp<Inputs extends tf.Tensor[], Output extends tf.Tensor, Saved extends tf.Tensor[]> {
  forward(...inputs: Inputs): Output;
  /** What the gradient needs of inputs and output; kept until the backward pass. */
  save?(output: Output, ...inputs: Inputs): [...Saved];
  /** Gradients of the inputs, in order, from the output's gradient. */
  gradient(dy: Output, ...saved: Saved): tf.Tensor | tf.Tensor[];
}

/** An op whose forward pass leaves more than its output for the backward pass. All inputs are saved too. */
export interface KeepingOp<Inputs extends tf.Tensor[], Output extends tf.Tensor, Kept extends tf.Tensor[]> {
  forward(...inputs: Inputs): { value: Output; kept: Kept };
  /** Gradients of the inputs, in order, from the output's gradient. */
  gradient(dy: Output, inputs: Inputs, kept: Kept): tf.Tensor | tf.Tensor[];
}

/** Applies the op to the inputs. */
export function applyFused<Inputs extends tf.Tensor[], Output extends tf.Tensor, Saved extends tf.Tensor[] = []>(
  inputs: [...Inputs],
  op: FusedOp<Inputs, Output, Saved>,
): Output {
  return apply(
    inputs,
    (given) => {
      const value = op.forward(...(given as Inputs));
      return { value, saved: op.save?.(value, ...(given as Inputs)) ?? [] };
    },
    (dy, saved) => op.gradient(dy as Output, ...(saved as Saved)),
  );
}

/** Applies the op to the inputs; what it keeps goes to its backward pass. */
export function applyKeeping<Inputs extends tf.Tensor[], Output extends tf.Tensor, Kept extends tf.Tensor[]>(
  inputs: [...Inputs],
  op: KeepingOp<Inputs, Output, Kept>,
): Output {
  return apply(
    inputs,
    (given) => {
      const { value, kept } = op.forward(...(given as Inputs));
      return { value, saved: [...given, ...kept] };
    },
    (dy, saved) => {
      const kept = saved.slice(inputs.length) as Kept;
      return op.gradient(dy as Output, saved.slice(0, inputs.length) as Inputs, kept);
    },
  );
}

function apply<Output extends tf.Tensor>(
  inputs: tf.Tensor[],
  forward: (inputs: tf.Tensor[]) => { value: Output; saved: tf.Tensor[] },
  gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
): Output {
  const differentiable = tf.customGrad((...call) => {
    const save = call.pop() as tf.GradSaveFunc;
    const { value, saved } = forward(call as tf.Tensor[]);
    save(saved);
    return { value, gradFunc };
  });
  return differentiable(...inputs) as Output;
}
