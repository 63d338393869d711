/**
 * The experts' networks, relu(x W1 + b1) W2 + b2 (Shazeer et al. 2017, §3.2, appendix C.1), each on the rows of its own positions.
 * Hidden activations are recomputed in the backward pass (appendix D).
 */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/moe.ts";
import { applyFused } from "./fused-op.ts";

export interface ExpertFfnInputs {
  /** [rows, width] sorted by expert */
  x: tf.Tensor2D;
  /** W1 [experts, width, hidden] */
  w1: tf.Tensor3D;
  /** W2 [experts, hidden, width] */
  w2: tf.Tensor3D;
  /** [experts, hidden] */
  b1?: tf.Tensor2D;
  /** [experts, width] */
  b2?: tf.Tensor2D;
}

/** → [rows, width]. Expert e takes rows `offsets[e]` to `offsets[e + 1]`; one without rows gets zero gradients. */
export function expertFfn(inputs: ExpertFfnInputs, offsets: Int32Array): tf.Tensor2D {
  const native = nativeBackend();
  return native === undefined ? composedExpertFfn(inputs, offsets) : nativeExpertFfn(native, inputs, offsets);
}

/** `expertFfn` from TensorFlow.js operations, on any backend. */
export function composedExpertFfn({ x, w1, w2, b1, b2 }: ExpertFfnInputs, offsets: Int32Array): tf.Tensor2D {
  const experts = w1.shape[0];
  const sizes = Array.from({ length: experts }, (_, expert) => offsets[expert + 1]! - offsets[expert]!);
  const busy = sizes.flatMap((size, expert) => (size > 0 ? [expert] : []));
  if (busy.length === 0) return tf.zeros([0, w2.shape[2]]);
  return tf.tidy(() => {
    const inner = tf.unstack(w1) as tf.Tensor2D[];
    const outer = tf.unstack(w2) as tf.Tensor2D[];
    const innerBias = b1 === undefined ? [] : (tf.unstack(b1) as tf.Tensor1D[]);
    const outerBias = b2 === undefined ? [] : (tf.unstack(b2) as tf.Tensor1D[]);
    const rows = tf.split(
      x,
      busy.map((expert) => sizes[expert]!),
    );
    const outputs = busy.map((expert, i) => {
      const hidden = tf.relu(plusBias(tf.matMul(rows[i]!, inner[expert]!), innerBias[expert]));
      return plusBias(tf.matMul(hidden, outer[expert]!), outerBias[expert]);
    });
    return tf.concat2d(outputs, 0);
  });
}

function plusBias(x: tf.Tensor2D, bias: tf.Tensor1D | undefined): tf.Tensor2D {
  return bias === undefined ? x : tf.add(x, bias);
}

function nativeExpertFfn(native: NativeBackend, inputs: ExpertFfnInputs, offsets: Int32Array): tf.Tensor2D {
  const { b1, b2 } = inputs;
  const biases = [b1, b2].filter((bias) => bias !== undefined);
  type Operands = [x: tf.Tensor2D, w1: tf.Tensor3D, w2: tf.Tensor3D, ...biases: tf.Tensor2D[]];
  const named = (...[x, w1, w2, ...biases]: Operands): ExpertFfnInputs => ({
    ...{ x, w1, w2 },
    ...(b1 === undefined ? {} : { b1: biases.shift()! }),
    ...(b2 === undefined ? {} : { b2: biases.shift()! }),
  });
  return applyFused<Operands, tf.Tensor2D, Operands>([inputs.x, inputs.w1, inputs.w2, ...biases], {
    forward: (...operands) => kernels.expertFfn(native, named(...operands), offsets),
    save: (_, ...operands) => operands,
    gradient: (dy, ...operands) => {
      const d = kernels.expertFfnGradient(native, named(...operands), offsets, dy);
      return [d.x, d.w1, d.w2, d.b1, d.b2].filter((gradient) => gradient !== undefined);
    },
  });
}
