/** What LSTM operations take. Gate columns are i, f, g, o. */
import type * as tf from "@tensorflow/tfjs";
import type { LstmDirection, LstmWeights } from "../backends/native/kernels/lstm.ts";
import type { PackedLayout } from "../base/packed-layout.ts";

export type { LstmDirection, LstmWeights };

/** One direction over whole sentences. */
export interface LstmLayerInputs extends LstmDirection {
  /** [positions, input] */
  x: tf.Tensor2D;
}

/** Both directions over whole sentences. */
export interface BidirectionalLstmInputs {
  /** [positions, input] */
  x: tf.Tensor2D;
  /** Reads each sentence from its first token to its last. */
  forward: LstmDirection;
  /** Reads it from its last token to its first; of the same sizes. */
  backward: LstmDirection;
}

/** Where sentences lie in the rows, and the direction. */
export interface LstmLayerOptions {
  layout: PackedLayout;
  /** Reads each sentence from its last token to its first. */
  reverse?: boolean;
}

/** One time step of each row. */
export interface LstmStepInputs extends LstmWeights {
  /** [rows, input] */
  x: tf.Tensor2D;
  /** [rows, hidden] */
  hidden: tf.Tensor2D;
  /** [rows, units] */
  cell: tf.Tensor2D;
}
