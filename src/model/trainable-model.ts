/** What the trainer needs of a model, whatever its task: a loss over packed batches, parameters, and the experts to watch. */
import type * as tf from "@tensorflow/tfjs";
import type { Batch } from "../base/batch.ts";
import type { MarkerIds } from "../base/forced-targets.ts";
import type { ForwardContext } from "../layers/forward-context.ts";
import type { Parameter } from "../layers/parameters.ts";
import type { MoeLayer } from "../moe/moe-layer.ts";

/** Sums over the target positions of a batch. */
export interface ModelLoss {
  /** [2]: cross-entropy with label smoothing (differentiable), and without (for perplexity) */
  crossEntropy: tf.Tensor1D;
  /** Weighted balance losses of the mixture-of-experts layers, one for each; empty in evaluation. */
  balance: tf.Scalar[];
  /** Of attention beside given alignments; absent in evaluation, and where the batch has none. */
  alignment?: AlignmentLoss;
}

/** What attention costs where it differs from given alignments. */
export interface AlignmentLoss {
  /** Sum over target positions (differentiable), without its weight. */
  sum: tf.Scalar;
  /** Beside cross-entropy. */
  weight: number;
  /** Target positions with an alignment. */
  positions: number;
}

/** A model with its parameters and a loss. */
export interface TrainableModel {
  /** In creation order, which is also the order in checkpoints. */
  readonly parameters: Parameter[];
  /** How many numbers the parameters have. */
  readonly parameterCount: number;
  /** The encoder's first, from the lowest layer up. */
  readonly moeLayers: MoeLayer[];
  /** Ids of `<s>` and `</s>` in its vocabulary: its batches are packed with them. */
  readonly markers: MarkerIds;
  /** Runs the batch; `labelSmoothing` in [0, 1) is the share given to all pieces alike. */
  loss(batch: Batch, labelSmoothing: number, context: ForwardContext): ModelLoss;
  /** Runs the forward pass without the softmax, for what its experts tell `context`. */
  route(batch: Batch, context: ForwardContext): void;
  /** Releases the parameters. */
  dispose(): void;
}
