/** What the trainer needs of a model, whatever its task: a loss over packed batches, parameters, and the experts to watch. */
import type * as tf from "@tensorflow/tfjs";
import type { RowGroups } from "../base/packed-layout.ts";
import type { PackedSide } from "../base/packed-sentences.ts";
import type { ForwardContext } from "../layers/forward-context.ts";
import type { Parameter } from "../layers/parameters.ts";
import type { MoeLayer } from "../moe/moe-layer.ts";

/** What a model reads of a training batch; group g of both row lists is sentence g. A language model's batches have no source. */
export interface ModelBatch {
  source: PackedSide;
  /** `<s>` and the target pieces. */
  targetInput: PackedSide;
  /** [target positions] the piece each row of `targetInput` should produce */
  targetOutput: Int32Array;
  sourceRows: RowGroups;
  targetRows: RowGroups;
}

/** Sums over the target positions of a batch. */
export interface ModelLoss {
  /** [2]: cross-entropy with label smoothing (differentiable), and without (for perplexity) */
  crossEntropy: tf.Tensor1D;
  /** Weighted balance losses of the mixture-of-experts layers, one for each; empty in evaluation. */
  balance: tf.Scalar[];
}

export interface TrainableModel {
  /** In creation order, which is also the order in checkpoints. */
  readonly parameters: Parameter[];
  readonly parameterCount: number;
  readonly moeLayers: MoeLayer[];
  loss(batch: ModelBatch, labelSmoothing: number, context: ForwardContext): ModelLoss;
  /** Runs the forward pass without the softmax, for what its experts tell `context`. */
  route(batch: ModelBatch, context: ForwardContext): void;
  /** Releases the parameters. */
  dispose(): void;
}
