/** Load of a hierarchy's experts (Shazeer et al. 2017, appendix B): Load_H(X)_ij = Load_p(X)_i · Load_i(X⁽ⁱ⁾)_j / |X⁽ⁱ⁾|. */
import * as tf from "@tensorflow/tfjs";

/** Load_H [groups · experts of a group] from Load_p [groups], Load_i [groups · experts of a group] and |X⁽ⁱ⁾| [groups]. */
export function hierarchicalLoad(primaryLoad: tf.Tensor1D, groupLoads: tf.Tensor1D, sizes: tf.Tensor1D): tf.Tensor1D {
  const groups = sizes.shape[0];
  // A group without positions has no load at all, whatever is divided.
  const shareOfPositions = tf.div(primaryLoad, tf.maximum(sizes, 1));
  const loads = tf.mul(tf.reshape(groupLoads, [groups, -1]), tf.reshape(shareOfPositions, [groups, 1]));
  return tf.reshape(loads, [groupLoads.size]);
}
