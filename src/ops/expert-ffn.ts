/**
 * The experts' networks, relu(x W1 + b1) W2 + b2 (Shazeer et al. 2017, §3.2, appendix C.1), each on the rows of its own positions.
 * Hidden activations are recomputed in the backward pass (appendix D), unless they take little memory beside the experts.
 */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/moe.ts";
import { applyFused, applyKeeping } from "./fused-op.ts";

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
export function composedExpertFfn(inputs: ExpertFfnInputs, offsets: Int32Array): tf.Tensor2D {
  const { x, w1, w2, b1, b2 } = inputs;
  const experts = w1.shape[0];
  const sizes = Array.from({ length: experts }, (_, expert) => offsets[expert + 1]! - offsets[expert]!);
  const busy = sizes.flatMap((size, expert) => (size > 0 ? [expert] : []));
  if (busy.length === 0) return withoutRows(inputs);
  return tf.tidy(() => {
    const [inner, outer] = [byExpert<tf.Tensor2D>(w1), byExpert<tf.Tensor2D>(w2)];
    const [innerBias, outerBias] = [byExpert<tf.Tensor1D>(b1), byExpert<tf.Tensor1D>(b2)];
    const busySizes = busy.map((expert) => sizes[expert]!);
    const rows = busy.length === 1 ? [x] : tf.split(x, busySizes);
    const outputs = busy.map((expert, i) => {
      const hidden = tf.relu(plusBias(tf.matMul(rows[i]!, inner[expert]!), innerBias[expert]));
      return plusBias(tf.matMul(hidden, outer[expert]!), outerBias[expert]);
    });
    return tf.concat2d(outputs, 0);
  });
}

/** No output rows, and zero gradients. */
function withoutRows({ x, w1, w2, b1, b2 }: ExpertFfnInputs): tf.Tensor2D {
  const given: tf.Tensor[] = [x, w1, w2, b1, b2].filter((tensor) => tensor !== undefined);
  return applyFused<tf.Tensor[], tf.Tensor2D, tf.Tensor[]>(given, {
    forward: () => tf.zeros([0, w2.shape[2]]),
    save: (_, ...tensors) => tensors,
    gradient: (_, ...tensors) => tensors.map((tensor) => tf.zerosLike(tensor)),
  });
}

/** The tensors of each expert; none where there is no bias. For one result, `tf.unstack` (like `tf.split`) fails in its gradient. */
function byExpert<T extends tf.Tensor>(x: tf.Tensor | undefined): T[] {
  if (x === undefined) return [];
  return (x.shape[0] === 1 ? [tf.reshape(x, x.shape.slice(1))] : tf.unstack(x)) as T[];
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
  const operands: Operands = [inputs.x, inputs.w1, inputs.w2, ...biases];
  const forBackward = tf.engine().isTapeOn();
  return applyKeeping<Operands, tf.Tensor2D, tf.Tensor2D[]>(operands, {
    forward: (...operands) => {
      const { out, activations } = kernels.expertFfn(native, named(...operands), offsets, forBackward);
      return { value: out, kept: activations === undefined ? [] : [activations] };
    },
    gradient: (dy, operands, [activations]) => {
      const d = kernels.expertFfnGradient(native, named(...operands), offsets, activations, dy);
      return [d.x, d.w1, d.w2, d.b1, d.b2].filter((gradient) => gradient !== undefined);
    },
  });
}
