/** Load of a hierarchy's experts (Shazeer et al. 2017, appendix B): Load_H(X)_ij = Load_p(X)_i · Load_i(X⁽ⁱ⁾)_j / |X⁽ⁱ⁾|. */
import * as tf from "@tensorflow/tfjs";
import { load, type NoisyLogits } from "../ops/balance.ts";

/** Load_i(X⁽ⁱ⁾)_j, [groups · experts of a group], from logits [rows, experts of a group] whose rows are sorted by group. */
export function groupLoad(logits: NoisyLogits, offsets: Int32Array, k: number): tf.Tensor1D {
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

/** Load_H [groups · experts of a group] from Load_p [groups], Load_i [groups · experts of a group] and |X⁽ⁱ⁾| [groups]. */
export function hierarchicalLoad(primaryLoad: tf.Tensor1D, groupLoads: tf.Tensor1D, sizes: tf.Tensor1D): tf.Tensor1D {
  const groups = sizes.shape[0];
  // A group without positions has no load at all, whatever is divided.
  const shareOfPositions = tf.div(primaryLoad, tf.maximum(sizes, 1));
  const loads = tf.mul(tf.reshape(groupLoads, [groups, -1]), tf.reshape(shareOfPositions, [groups, 1]));
  return tf.reshape(loads, [groupLoads.size]);
}
