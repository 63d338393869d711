/** What LSTM operations take. Gate columns are i, f, g, o. */
import type * as tf from "@tensorflow/tfjs";
import type { PackedLayout } from "../base/packed-layout.ts";

export interface LstmWeights {
  /** [input, 4 · units] */
  inputWeights: tf.Tensor2D;
  /** [hidden, 4 · units] */
  recurrentWeights: tf.Tensor2D;
  /** [4 · units]; the forget gate's bias is part of it */
  bias: tf.Tensor1D;
  /** [units, hidden]; left out, hidden states are the units' own outputs, and hidden = units */
  projection?: tf.Tensor2D | undefined;
}

export interface LstmDirection extends LstmWeights {
  /** [sentences, hidden] by rank; zero when left out */
  initialHidden?: tf.Tensor2D | undefined;
  /** [sentences, units] by rank; zero when left out */
  initialCell?: tf.Tensor2D | undefined;
}

export interface LstmLayerInputs extends LstmDirection {
  /** [positions, input] */
  x: tf.Tensor2D;
}

export interface BidirectionalLstmInputs {
  /** [positions, input] */
  x: tf.Tensor2D;
  /** Reads each sentence from its first token to its last. */
  forward: LstmDirection;
  /** Reads it from its last token to its first; of the same sizes. */
  backward: LstmDirection;
}

export interface LstmLayerOptions {
  layout: PackedLayout;
  /** Reads each sentence from its last token to its first. */
  reverse?: boolean;
}

export interface LstmStepInputs extends LstmWeights {
  /** [rows, input] */
  x: tf.Tensor2D;
  /** [rows, hidden] */
  hidden: tf.Tensor2D;
  /** [rows, units] */
  cell: tf.Tensor2D;
}
