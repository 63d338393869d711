/** Dispatch and experts of a mixture-of-experts layer by the addon, on tensors of the native backend. */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "../backend.ts";

/** Arrays are laid out as in the functions below, which call them. */
export interface MoeKernels {
  dispatch(x: Float32Array, slots: Int32Array, out: Float32Array, positions: number, width: number, k: number): void;
  dispatchGradient(
    dy: Float32Array,
    rows: Int32Array,
    dx: Float32Array,
    positions: number,
    width: number,
    k: number,
  ): void;
  combine(
    y: Float32Array,
    gates: Float32Array,
    rows: Int32Array,
    out: Float32Array,
    positions: number,
    width: number,
    k: number,
  ): void;
  combineGradient(
    dOut: Float32Array,
    y: Float32Array,
    gates: Float32Array,
    rows: Int32Array,
    dY: Float32Array,
    dGates: Float32Array,
    positions: number,
    width: number,
    k: number,
  ): void;
  expertFfn(
    x: Float32Array,
    w1: Float32Array,
    w2: Float32Array,
    offsets: Int32Array,
    out: Float32Array,
    activations: Float32Array | undefined,
    experts: number,
    width: number,
    hidden: number,
  ): void;
  expertFfnGradient(
    x: Float32Array,
    w1: Float32Array,
    w2: Float32Array,
    offsets: Int32Array,
    dy: Float32Array,
    activations: Float32Array | undefined,
    dX: Float32Array,
    dW1: Float32Array | undefined,
    dW2: Float32Array | undefined,
    experts: number,
    width: number,
    hidden: number,
  ): void;
}

/** A slot is a chosen pair: position · k + choice. Rows are the slots sorted by expert, positions in order within one. */
export interface RowOrder {
  /** [rows] row → slot */
  slots: Int32Array;
  /** [slots] slot → row */
  rows: Int32Array;
}

/** x [positions, width] → [positions · k, width]. */
export function dispatch(native: NativeBackend, x: tf.Tensor2D, { slots }: RowOrder, k: number): tf.Tensor2D {
  const [positions, width] = x.shape;
  const out = native.takeFloats(slots.length * width, "dispatch");
  native.addon.dispatch(native.floats(x), slots, out, positions, width, k);
  return native.tensor([slots.length, width], out);
}

export function dispatchGradient(native: NativeBackend, dy: tf.Tensor2D, { rows }: RowOrder, k: number): tf.Tensor2D {
  const width = dy.shape[1];
  const positions = rows.length / k;
  const dx = native.takeFloats(positions * width, "dispatchGradient");
  native.addon.dispatchGradient(native.floats(dy), rows, dx, positions, width, k);
  return native.tensor([positions, width], dx);
}

/** y [positions · k, width], gates [positions, k] → [positions, width]. */
export function combine(native: NativeBackend, y: tf.Tensor2D, gates: tf.Tensor2D, { rows }: RowOrder): tf.Tensor2D {
  const [positions, k] = gates.shape;
  const width = y.shape[1];
  const out = native.takeFloats(positions * width, "combine");
  native.addon.combine(native.floats(y), native.floats(gates), rows, out, positions, width, k);
  return native.tensor([positions, width], out);
}

export function combineGradient(
  native: NativeBackend,
  dOut: tf.Tensor2D,
  y: tf.Tensor2D,
  gates: tf.Tensor2D,
  { rows }: RowOrder,
): [dY: tf.Tensor2D, dGates: tf.Tensor2D] {
  const [positions, k] = gates.shape;
  const width = y.shape[1];
  const dY = native.takeFloats(y.size, "combineGradient");
  const dGates = native.takeFloats(gates.size, "combineGradient");
  native.addon.combineGradient(
    native.floats(dOut),
    native.floats(y),
    native.floats(gates),
    rows,
    dY,
    dGates,
    positions,
    width,
    k,
  );
  return [native.tensor(y.shape, dY), native.tensor(gates.shape, dGates)];
}

export interface ExpertFfnInputs {
  /** [rows, width] sorted by expert */
  x: tf.Tensor2D;
  /** W1 [experts, width, hidden] */
  w1: tf.Tensor3D;
  /** W2 [experts, hidden, width] */
  w2: tf.Tensor3D;
}

/** Hidden activations take this share of the experts' matrices at most, or they are computed again by the backward pass. */
const MOST_KEPT = 1 / 4;

/** → out [rows, width], and where `forBackward` the hidden activations [rows, hidden], if they are few enough to be kept. */
export function expertFfn(
  native: NativeBackend,
  operands: ExpertFfnInputs,
  offsets: Int32Array,
  forBackward: boolean,
): { out: tf.Tensor2D; activations: tf.Tensor2D | undefined } {
  const { x, w1, w2 } = operands;
  const [experts, width, hidden] = w1.shape;
  const rows = x.shape[0];
  const out = native.takeFloats(x.size, "expertFfn");
  const keeps = forBackward && rows <= MOST_KEPT * 2 * experts * width;
  const activations = keeps ? native.takeFloats(rows * hidden, "expertFfn") : undefined;
  native.addon.expertFfn(
    native.floats(x),
    native.floats(w1),
    native.floats(w2),
    offsets,
    out,
    activations,
    experts,
    width,
    hidden,
  );
  return { out: native.tensor(x.shape, out), activations: activations && native.tensor([rows, hidden], activations) };
}

/** Gradients of x and, where wanted, of the matrices, from dy [rows, width]. */
export function expertFfnGradient(
  native: NativeBackend,
  operands: ExpertFfnInputs,
  offsets: Int32Array,
  activations: tf.Tensor2D | undefined,
  dy: tf.Tensor2D,
  weightsWanted: boolean,
): Pick<ExpertFfnInputs, "x"> & Partial<ExpertFfnInputs> {
  const { x, w1, w2 } = operands;
  const [experts, width, hidden] = w1.shape;
  const take = (size: number) => native.takeFloats(size, "expertFfnGradient");
  const dX = take(x.size);
  const [dW1, dW2] = weightsWanted ? [take(w1.size), take(w2.size)] : [];
  native.addon.expertFfnGradient(
    native.floats(x),
    native.floats(w1),
    native.floats(w2),
    offsets,
    native.floats(dy),
    activations && native.floats(activations),
    dX,
    dW1,
    dW2,
    experts,
    width,
    hidden,
  );
  return {
    x: native.tensor(x.shape, dX),
    ...(dW1 && { w1: native.tensor(w1.shape, dW1) }),
    ...(dW2 && { w2: native.tensor(w2.shape, dW2) }),
  };
}
