/**
 * A dense network in the place of a mixture of experts (Shazeer et al. 2017, appendix C.1: MoE-1-Deep): several ReLU layers, which
 * every position goes through, then what a mixture-of-experts layer does with its output.
 */
import * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import { uniform } from "../layers/initializers.ts";
import type { Parameters } from "../layers/parameters.ts";
import type { MoeOptions } from "../moe/moe-layer.ts";

/** Sizes, number of layers and what follows them. */
export type DeepExpertOptions = Pick<
  MoeOptions,
  "hiddenSize" | "expertHiddenSize" | "expertOutputInit" | "output" | "dropout"
> & {
  /** ReLU layers. */
  layers: number;
};

/** x + dropout(sigmoid(relu(… relu(x W1) …) Wn)), or without the sigmoid. */
export class DeepExpert {
  private readonly options: DeepExpertOptions;
  /** [hidden, expert hidden], then [expert hidden, expert hidden] */
  private readonly inner: readonly tf.Tensor2D[];
  /** [expert hidden, hidden] */
  private readonly outer: tf.Tensor2D;

  constructor(parameters: Parameters, name: string, options: DeepExpertOptions) {
    const { hiddenSize, expertHiddenSize, expertOutputInit, layers } = options;
    this.options = options;
    // As in moe/experts.ts: variance 1 / fan-in.
    const matrix = (part: string, from: number, to: number, scale = 1) =>
      parameters.create<tf.Tensor2D>(`${name}.${part}`, [from, to], uniform(scale * Math.sqrt(3 / from)));
    this.inner = Array.from({ length: layers }, (_, i) =>
      matrix(`inner${i + 1}`, i === 0 ? hiddenSize : expertHiddenSize, expertHiddenSize),
    );
    this.outer = matrix("outer", expertHiddenSize, hiddenSize, expertOutputInit);
  }

  /** x [positions, hidden] → [positions, hidden] */
  apply(x: tf.Tensor2D, context: ForwardContext): tf.Tensor2D {
    const inner = this.inner.reduce((y, weights) => tf.relu(tf.matMul(y, weights)) as tf.Tensor2D, x);
    const outer = tf.matMul(inner, this.outer) as tf.Tensor2D;
    const output = this.options.output === "sigmoid" ? tf.sigmoid(outer) : outer;
    return tf.add(x, context.dropout(output, this.options.dropout)) as tf.Tensor2D;
  }
}
