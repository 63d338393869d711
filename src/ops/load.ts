/**
 * Load (Shazeer et al. 2017, appendix A): the smooth number of positions each expert gets. It sums the probability that the expert
 * would be among a position's k best if its own noise alone were drawn again.
 */
import * as tf from "@tensorflow/tfjs";
import { gatherEntries } from "./gather-rows.ts";
import { largestColumns } from "./top-k-gates.ts";

/** The parts of noisy gate logits, each [rows, experts]: noisy = clean + noise ∘ noiseScale. */
export interface NoisyLogits {
  clean: tf.Tensor2D;
  noiseScale: tf.Tensor2D;
  noisy: tf.Tensor2D;
}

/**
 * → [experts]. Has gradients to all three inputs, `noisy` being taken as an input of its own. With k = experts every expert gets
 * every position, and there is no gradient.
 */
export function load(logits: NoisyLogits, k: number): tf.Tensor1D {
  const [rows, experts] = logits.noisy.shape;
  if (k >= experts) return tf.fill([experts], rows);
  const { clean, noiseScale, noisy } = logits;
  const best = largestColumns(noisy.dataSync(), experts, k + 1);
  return tf.tidy(() => {
    // What an entry must exceed to be chosen: the k-th largest of the others.
    const column = (rank: number) => {
      const places = Int32Array.from({ length: rows }, (_, row) => row * experts + best[row * (k + 1) + rank]!);
      return tf.reshape(gatherEntries(noisy, places), [rows, 1]);
    };
    const [last, firstLeftOut] = [column(k - 1), column(k)];
    const chosen = tf.tensor2d(chosenMask(best, rows, experts, k), [rows, experts]);
    const threshold = tf.add(tf.mul(chosen, firstLeftOut), tf.mul(tf.sub(1, chosen), last));
    return tf.sum(normalCdf(tf.div(tf.sub(clean, threshold), noiseScale)), 0);
  });
}

/** The load of each group of rows, [groups · experts]: group g has rows `offsets[g]` to `offsets[g + 1]`. */
export function loadOfGroups(logits: NoisyLogits, offsets: Int32Array, k: number): tf.Tensor1D {
  const sizes = Array.from({ length: offsets.length - 1 }, (_, group) => offsets[group + 1]! - offsets[group]!);
  const busy = sizes.filter((size) => size > 0);
  const width = logits.noisy.shape[1];
  if (busy.length === 0) return tf.zeros([sizes.length * width]);
  // `tf.split` into one part fails in its gradient.
  const split = (x: tf.Tensor2D) => (busy.length === 1 ? [x] : tf.split(x, busy)) as tf.Tensor2D[];
  const [clean, noiseScale, noisy] = [split(logits.clean), split(logits.noiseScale), split(logits.noisy)];
  let next = 0;
  const loads = sizes.map((size) => {
    if (size === 0) return tf.zeros([width]) as tf.Tensor1D;
    const part = next++;
    return load({ clean: clean[part]!, noiseScale: noiseScale[part]!, noisy: noisy[part]! }, k);
  });
  return tf.concat1d(loads);
}

/** [rows · experts]: 1 where the expert is among the first k of the row's k + 1 best. */
function chosenMask(best: Int32Array, rows: number, experts: number, k: number): Float32Array {
  const mask = new Float32Array(rows * experts);
  for (let row = 0; row < rows; row++) {
    for (let rank = 0; rank < k; rank++) mask[row * experts + best[row * (k + 1) + rank]!] = 1;
  }
  return mask;
}

/** Φ(x), the cumulative standard normal distribution. */
function normalCdf(x: tf.Tensor): tf.Tensor {
  return tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
}
