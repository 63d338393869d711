/**
 * Noisy top-k gates with their load (Shazeer et al. 2017, §2.1 and appendix A): a softmax over the k largest of H = clean + ε ∘ σ,
 * σ = softplus(noise input) + 0.01. The native kernel makes σ and H a row at a time, in both passes, and keeps neither.
 */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import type { NoisyGateInputs } from "../backends/native/kernels/gating.ts";
import * as kernels from "../backends/native/kernels/gating.ts";
import { applyFused } from "./fused-op.ts";
import { loadOfGroups, type NoisyLogits } from "./load.ts";
import { composedTopKGates, type TopKGates } from "./top-k-gates.ts";

/** Keeps some noise however sure the gate is. */
const NOISE_FLOOR = 0.01;

/** Gates of noisy logits, and each expert's load. */
export interface NoisyGates extends TopKGates {
  /** [groups · experts] the load of each group of rows; a plain count, without gradient, when k = experts */
  load: tf.Tensor1D;
}

/** Rows lie in groups: group g has rows `offsets[g]` to `offsets[g + 1]`. Of equal logits the lower expert comes first. */
export function noisyGates(inputs: NoisyGateInputs, k: number, offsets: Int32Array): NoisyGates {
  const native = nativeBackend();
  return native === undefined ? composedNoisyGates(inputs, k, offsets) : nativeNoisyGates(native, inputs, k, offsets);
}

/** `noisyGates` from TensorFlow.js operations, on any backend. */
export function composedNoisyGates(inputs: NoisyGateInputs, k: number, offsets: Int32Array): NoisyGates {
  const logits = withNoise(inputs);
  return { ...composedTopKGates(logits.noisy, k), load: loadOfGroups(logits, offsets, k) };
}

/** σ and H. */
function withNoise({ clean, noiseInput, noise }: NoisyGateInputs): NoisyLogits {
  const noiseScale = tf.add(tf.softplus(noiseInput), NOISE_FLOOR) as tf.Tensor2D;
  const noisy = tf.add(clean, tf.mul(noise, noiseScale)) as tf.Tensor2D;
  return { clean, noiseScale, noisy };
}

/** The kernel's gates and load are one tensor, because a gradient is taken of one. */
function nativeNoisyGates(
  native: NativeBackend,
  { clean, noiseInput, noise }: NoisyGateInputs,
  k: number,
  offsets: Int32Array,
): NoisyGates {
  type Matrices = [tf.Tensor2D, tf.Tensor2D];
  const rows = clean.shape[0];
  const experts = new Int32Array(rows * k);
  const shape = { k, offsets, noiseFloor: NOISE_FLOOR };
  const both = applyFused<Matrices, tf.Tensor1D, [tf.Tensor1D, ...Matrices, tf.Tensor2D]>([clean, noiseInput], {
    forward: (clean, noiseInput) => kernels.noisyGates(native, { clean, noiseInput, noise }, shape, experts),
    save: (both, ...matrices) => [both, ...matrices, noise],
    gradient: (dBoth, both, clean, noiseInput, noise) =>
      kernels.noisyGatesGradient(native, dBoth, both, { clean, noiseInput, noise }, shape),
  });
  const gates = tf.reshape(tf.slice(both, 0, rows * k), [rows, k]) as tf.Tensor2D;
  return { gates, experts, load: tf.slice(both, rows * k) };
}
