/** How much work experts get, as differentiable vectors: importance (Shazeer et al. 2017, §4) and load (appendix A). */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/moe.ts";
import { applyFused } from "./fused-op.ts";
import { gatherEntries, scatterAddRows } from "./gather-rows.ts";
import { largestColumns } from "./top-k-gates.ts";

/** The parts of noisy gate logits, each [positions, experts]: noisy = clean + noise ∘ noiseScale. */
export interface NoisyLogits {
  clean: tf.Tensor2D;
  noiseScale: tf.Tensor2D;
  noisy: tf.Tensor2D;
}

/** gates [positions, k], experts [positions · k] → [numExperts]: the sum of each expert's gates. */
export function importance(gates: tf.Tensor2D, experts: Int32Array, numExperts: number): tf.Tensor1D {
  return tf.tidy(() => {
    const sums = scatterAddRows(tf.reshape(gates, [gates.size, 1]), experts, numExperts);
    return tf.reshape(sums, [numExperts]);
  });
}

/**
 * Smooth number of positions each expert gets: [experts]. Sums the probability that the expert would be among a position's k
 * best if its own noise alone were drawn again. Has gradients to all three inputs, `noisy` being taken as an input of its own.
 * With k = experts every expert gets every position, and there is no gradient.
 */
export function load(logits: NoisyLogits, k: number): tf.Tensor1D {
  const [positions, experts] = logits.noisy.shape;
  if (k >= experts) return tf.fill([experts], positions);
  const native = nativeBackend();
  return native === undefined ? composedLoad(logits, k) : nativeLoad(native, logits, k);
}

/** `load` for k < experts from TensorFlow.js operations, on any backend. */
export function composedLoad({ clean, noiseScale, noisy }: NoisyLogits, k: number): tf.Tensor1D {
  const [positions, experts] = noisy.shape;
  const best = largestColumns(noisy.dataSync(), experts, k + 1);
  return tf.tidy(() => {
    // What an entry must exceed to be chosen: the k-th largest of the others.
    const column = (rank: number) => {
      const places = Int32Array.from({ length: positions }, (_, row) => row * experts + best[row * (k + 1) + rank]!);
      return tf.reshape(gatherEntries(noisy, places), [positions, 1]);
    };
    const [last, firstLeftOut] = [column(k - 1), column(k)];
    const chosen = tf.tensor2d(chosenMask(best, positions, experts, k), [positions, experts]);
    const threshold = tf.add(tf.mul(chosen, firstLeftOut), tf.mul(tf.sub(1, chosen), last));
    return tf.sum(normalCdf(tf.div(tf.sub(clean, threshold), noiseScale)), 0);
  });
}

/** [positions · experts]: 1 where the expert is among the first k of the position's k + 1 best. */
function chosenMask(best: Int32Array, positions: number, experts: number, k: number): Float32Array {
  const mask = new Float32Array(positions * experts);
  for (let row = 0; row < positions; row++) {
    for (let rank = 0; rank < k; rank++) mask[row * experts + best[row * (k + 1) + rank]!] = 1;
  }
  return mask;
}

/** Φ(x), the cumulative standard normal distribution. */
function normalCdf(x: tf.Tensor): tf.Tensor {
  return tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
}

function nativeLoad(native: NativeBackend, { clean, noiseScale, noisy }: NoisyLogits, k: number): tf.Tensor1D {
  type Matrices = [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  return applyFused<Matrices, tf.Tensor1D, Matrices>([clean, noiseScale, noisy], {
    forward: (...logits) => kernels.load(native, logits, k),
    save: (_, ...logits) => logits,
    gradient: (dy, ...logits) => kernels.loadGradient(native, dy, logits, k),
  });
}
