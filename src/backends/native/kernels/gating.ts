/** Top-k gates, and noisy ones with their load, by the addon, on tensors of the native backend. */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "../backend.ts";

/** Arrays are laid out as in the functions below, which call them. */
export interface GatingKernels {
  topKGates(
    logits: Float32Array,
    gates: Float32Array,
    experts: Int32Array,
    positions: number,
    width: number,
    k: number,
  ): void;
  topKGatesGradient(
    dGates: Float32Array,
    gates: Float32Array,
    experts: Int32Array,
    dLogits: Float32Array,
    positions: number,
    width: number,
    k: number,
  ): void;
  noisyGates(
    out: Float32Array,
    experts: Int32Array,
    clean: Float32Array,
    noiseInput: Float32Array,
    noise: Float32Array,
    offsets: Int32Array,
    rows: number,
    width: number,
    k: number,
    noiseFloor: number,
  ): void;
  noisyGatesGradient(
    dOut: Float32Array,
    out: Float32Array,
    dClean: Float32Array,
    dNoiseInput: Float32Array,
    clean: Float32Array,
    noiseInput: Float32Array,
    noise: Float32Array,
    offsets: Int32Array,
    rows: number,
    width: number,
    k: number,
    noiseFloor: number,
  ): void;
}

/** logits [positions, experts] → gates [positions, k]; fills `experts` [positions · k]. */
export function topKGates(native: NativeBackend, logits: tf.Tensor2D, k: number, experts: Int32Array): tf.Tensor2D {
  const [positions, width] = logits.shape;
  const gates = native.takeFloats(positions * k, "topKGates");
  native.addon.topKGates(native.floats(logits), gates, experts, positions, width, k);
  return native.tensor([positions, k], gates);
}

/** Gradients of gates [positions, k] → gradients of logits [positions, width]. */
export function topKGatesGradient(
  native: NativeBackend,
  dGates: tf.Tensor2D,
  gates: tf.Tensor2D,
  experts: Int32Array,
  width: number,
): tf.Tensor2D {
  const [positions, k] = gates.shape;
  const dLogits = native.takeFloats(positions * width, "topKGatesGradient");
  native.addon.topKGatesGradient(native.floats(dGates), native.floats(gates), experts, dLogits, positions, width, k);
  return native.tensor([positions, width], dLogits);
}

/** Each [rows, experts]. */
export interface NoisyGateInputs {
  clean: tf.Tensor2D;
  /** x Wnoise */
  noiseInput: tf.Tensor2D;
  /** ε; gets no gradient */
  noise: tf.Tensor2D;
}

interface Shape {
  k: number;
  /** [groups + 1] the first row of each group */
  offsets: Int32Array;
  noiseFloor: number;
}

/** → gates [rows · k] and then load [groups · width] in one vector; fills `experts` [rows · k]. */
export function noisyGates(
  native: NativeBackend,
  inputs: NoisyGateInputs,
  shape: Shape,
  experts: Int32Array,
): tf.Tensor1D {
  const [rows, width] = inputs.clean.shape;
  const { k, offsets, noiseFloor } = shape;
  const size = rows * k + (offsets.length - 1) * width;
  const out = native.takeFloats(size, "noisyGates");
  native.addon.noisyGates(out, experts, ...floats(native, inputs), offsets, rows, width, k, noiseFloor);
  return native.tensor([size], out);
}

/** From the gradient of the vector of `noisyGates`, and the vector → gradients of clean logits and noise inputs. */
export function noisyGatesGradient(
  native: NativeBackend,
  dOut: tf.Tensor1D,
  out: tf.Tensor1D,
  inputs: NoisyGateInputs,
  { k, offsets, noiseFloor }: Shape,
): [dClean: tf.Tensor2D, dNoiseInput: tf.Tensor2D] {
  const [rows, width] = inputs.clean.shape;
  const [dClean, dNoiseInput] = [
    native.takeFloats(rows * width, "noisyGatesGradient"),
    native.takeFloats(rows * width, "noisyGatesGradient"),
  ];
  native.addon.noisyGatesGradient(
    native.floats(dOut),
    native.floats(out),
    dClean,
    dNoiseInput,
    ...floats(native, inputs),
    offsets,
    rows,
    width,
    k,
    noiseFloor,
  );
  return [native.tensor([rows, width], dClean), native.tensor([rows, width], dNoiseInput)];
}

function floats(native: NativeBackend, { clean, noiseInput, noise }: NoisyGateInputs) {
  return [native.floats(clean), native.floats(noiseInput), native.floats(noise)] as const;
}
