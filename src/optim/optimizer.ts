/** What the trainer needs of an optimiser. */
import type * as tf from "@tensorflow/tfjs";
import type { ExpertUpdate } from "../ops/expert-ffn-update.ts";
import type { RowGradient, RowGradients } from "../ops/row-gradients.ts";
import type { DividedValues } from "../parallel/divided-values.ts";
import type { PartOf } from "../parallel/parts.ts";

/** A parameter to update. */
export interface OptimizedParameter {
  /** Name of its moments in checkpoints. */
  name: string;
  variable: tf.Variable;
  /** Matrices of experts, [experts, rows, columns], which may have an optimiser of their own. */
  expertMatrices?: boolean;
  /** Set where each rank of a job has some of its matrices, and their whole gradient; otherwise all ranks have the same. */
  part?: PartOf;
}

/** The sum of a number over all ranks of a job, for norms of what is divided among them. */
export type SumOverRanks = (own: number) => number;

/** Moments by name, as a checkpoint keeps them. */
export type OptimizerState = ReadonlyMap<string, DividedValues>;

/** Gradients of the rows read, by table. */
export type TableGradients = ReadonlyMap<tf.Tensor, RowGradient>;

/** Updates parameters from gradients. */
export interface Optimizer {
  /**
   * Updates every parameter; gradients go by variable name. They may be those of the loss divided by `lossScale`, such as of a sum whose
   * mean is the loss; clipping, moments and the norm returned, which is that before clipping, are those of the loss itself. Gradients of
   * tables' rows are of the same loss, and add to those of the whole table.
   */
  step(gradients: tf.NamedTensorMap, learningRate: number, lossScale?: number, rows?: TableGradients): number;
  /**
   * The next step's update of experts, for the only backward pass before it; undefined where they are updated from gradients.
   * `step` must follow with the same numbers.
   */
  expertUpdate(learningRate: number, lossScale: number): ExpertUpdate | undefined;
  /** Where the next step's backward passes may leave the gradients of embeddings; undefined where they make tables. To be disposed of. */
  rowGradients(): RowGradients | undefined;
  /** Moments, in parameter order, for a checkpoint. */
  state(): { name: string; variable: tf.Variable; part?: PartOf }[];
  /** Releases the moments. */
  dispose(): void;
}

/** What the moments take. */
export function stateBytes(optimizer: Optimizer): number {
  return optimizer.state().reduce((sum, { variable }) => sum + 4 * variable.size, 0);
}
