/**
 * `expertFfn` whose backward pass is also the optimiser's step of the experts' matrices: the gradient of each expert's matrices is used
 * while it is in the caches, and those of all experts are never in memory (Shazeer et al. 2017, appendix D).
 */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import * as kernels from "../backends/native/kernels/factored-adam.ts";
import { expertFfn as forward } from "../backends/native/kernels/moe.ts";
import { expertFfn } from "./expert-ffn.ts";
import type { FactoredAdamOptions, FactoredMoments } from "./factored-adam-step.ts";
import { applyKeeping } from "./fused-op.ts";

/** One optimiser step that backward passes take part in. */
export interface ExpertUpdate {
  readonly options: FactoredAdamOptions;
  /** Moments of a matrix of experts; undefined for one that is updated from its gradient, as others are. */
  momentsOf(weights: tf.Tensor): FactoredMoments | undefined;
  /** Σ g² of all gradients used so far is added up here. */
  squares: number;
  /** Set where the loss is no finite number: the backward pass then changes nothing, and its gradients mean nothing. */
  cancelled: boolean;
}

/** Whether the current backend can update experts in a backward pass. */
export function canUpdateExperts(): boolean {
  return nativeBackend() !== undefined;
}

/**
 * x [rows, width] sorted by expert, W1 [experts, width, hidden], W2 [experts, hidden, width] → [rows, width]. Where `update` has
 * moments for the matrices they get no gradient: the backward pass of x updates them.
 */
export function updatedExpertFfn(
  x: tf.Tensor2D,
  w1: tf.Tensor3D,
  w2: tf.Tensor3D,
  offsets: Int32Array,
  update: ExpertUpdate,
): tf.Tensor2D {
  const native = nativeBackend();
  const [moments1, moments2] = [update.momentsOf(w1), update.momentsOf(w2)];
  if (native === undefined || moments1 === undefined || moments2 === undefined)
    return expertFfn({ x, w1, w2 }, offsets);
  const experts = { w1: w1 as tf.Tensor as tf.Variable, w2: w2 as tf.Tensor as tf.Variable, moments1, moments2 };
  const forBackward = tf.engine().isTapeOn();
  return applyKeeping<[tf.Tensor2D], tf.Tensor2D, tf.Tensor2D[]>([x], {
    forward: (x) => {
      const { out, activations } = forward(native, { x, w1, w2 }, offsets, forBackward);
      return { value: out, kept: activations === undefined ? [] : [activations] };
    },
    gradient: (dy, [x], [activations]) => {
      if (update.cancelled) return tf.zerosLike(x);
      const { options } = update;
      const { dx, squares } = kernels.expertFfnUpdate(native, x, experts, offsets, activations, dy, options);
      update.squares += squares;
      return dx;
    },
  });
}
