/**
 * The experts' networks, relu(x W1) W2 (Shazeer et al. 2017, §3.2, appendix C.1), each on the rows of its own positions.
 * Hidden activations are recomputed in the backward pass (appendix D), unless they take little memory beside the experts.
 */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import type { ExpertFfnInputs } from "../backends/native/kernels/moe.ts";
import * as kernels from "../backends/native/kernels/moe.ts";
import { isFrozen, noGradient } from "./frozen.ts";
import { applyFused, applyKeeping } from "./fused-op.ts";

/** → [rows, width]. Expert e takes rows `offsets[e]` to `offsets[e + 1]`; one without rows gets zero gradients. */
export function expertFfn(inputs: ExpertFfnInputs, offsets: Int32Array): tf.Tensor2D {
  const native = nativeBackend();
  return native === undefined ? composedExpertFfn(inputs, offsets) : nativeExpertFfn(native, inputs, offsets);
}

/** `expertFfn` from TensorFlow.js operations, on any backend. */
export function composedExpertFfn(inputs: ExpertFfnInputs, offsets: Int32Array): tf.Tensor2D {
  const { x, w1, w2 } = inputs;
  const experts = w1.shape[0];
  const sizes = Array.from({ length: experts }, (_, expert) => offsets[expert + 1]! - offsets[expert]!);
  const busy = sizes.flatMap((size, expert) => (size > 0 ? [expert] : []));
  if (busy.length === 0) return withoutRows(inputs);
  return tf.tidy(() => {
    const [inner, outer] = [byExpert(w1), byExpert(w2)];
    const busySizes = busy.map((expert) => sizes[expert]!);
    const rows = busy.length === 1 ? [x] : tf.split(x, busySizes);
    const outputs = busy.map((expert, i) => {
      const hidden: tf.Tensor2D = tf.relu(tf.matMul(rows[i]!, inner[expert]!));
      return tf.matMul<tf.Tensor2D>(hidden, outer[expert]!);
    });
    return tf.concat2d(outputs, 0);
  });
}

/** No output rows, and zero gradients. */
function withoutRows({ x, w1, w2 }: ExpertFfnInputs): tf.Tensor2D {
  return applyFused<tf.Tensor[], tf.Tensor2D, tf.Tensor[]>([x, w1, w2], {
    forward: () => tf.zeros([0, w2.shape[2]]),
    save: (_, ...tensors) => tensors,
    gradient: (_, ...tensors) => tensors.map((tensor) => tf.zerosLike(tensor)),
  });
}

/** The matrix of each expert. For one result, `tf.unstack` (like `tf.split`) fails in its gradient. */
function byExpert(weights: tf.Tensor3D): tf.Tensor2D[] {
  const [experts, rows, columns] = weights.shape;
  return experts === 1 ? [tf.reshape(weights, [rows, columns])] : (tf.unstack(weights) as tf.Tensor2D[]);
}

function nativeExpertFfn(native: NativeBackend, inputs: ExpertFfnInputs, offsets: Int32Array): tf.Tensor2D {
  const { x, w1, w2 } = inputs;
  const weightsWanted = !isFrozen(w1) || !isFrozen(w2);
  type Operands = [x: tf.Tensor2D, w1: tf.Tensor3D, w2: tf.Tensor3D];
  const forBackward = tf.engine().isTapeOn();
  return applyKeeping<Operands, tf.Tensor2D, tf.Tensor2D[]>([x, w1, w2], {
    forward: (x, w1, w2) => {
      const { out, activations } = kernels.expertFfn(native, { x, w1, w2 }, offsets, forBackward);
      return { value: out, kept: activations === undefined ? [] : [activations] };
    },
    gradient: (dy, [x, w1, w2], [activations]) => {
      const d = kernels.expertFfnGradient(native, { x, w1, w2 }, offsets, activations, dy, weightsWanted);
      return [d.x, d.w1 ?? noGradient(), d.w2 ?? noGradient()];
    },
  });
}
