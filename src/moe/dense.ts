/** Softmax gating (Shazeer et al. 2017, §2.1, equation 2): every position uses every expert. The baseline that sparse gates are compared with. */
import * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import { constant } from "../layers/initializers.ts";
import type { Parameters } from "../layers/parameters.ts";
import { squaredVariations } from "../ops/balance.ts";
import { withRouterZLoss } from "./balance-loss.ts";
import type { GateDecision, Gating, GatingOptions } from "./gating.ts";

/** Options that softmax gating has. */
export type DenseGatingOptions = Pick<
  GatingOptions,
  "hiddenSize" | "numExperts" | "importanceLossWeight" | "routerZLossWeight"
>;

/** A softmax over all experts: gates [positions, experts]. */
export class DenseGating implements Gating {
  private readonly options: DenseGatingOptions;
  /** Wg [hidden, experts] */
  private readonly weights: tf.Tensor2D;

  constructor(parameters: Parameters, name: string, options: DenseGatingOptions) {
    this.options = options;
    this.weights = parameters.create(`${name}.weights`, [options.hiddenSize, options.numExperts], constant(0));
  }

  /** Gates are in the order of experts. Load is the same for all, so only importance has a loss. */
  decide(x: tf.Tensor2D, context: ForwardContext): GateDecision {
    const { numExperts, importanceLossWeight, routerZLossWeight } = this.options;
    const logits = tf.matMul(x, this.weights) as tf.Tensor2D;
    const gates = tf.softmax(logits) as tf.Tensor2D;
    const experts = Int32Array.from({ length: gates.size }, (_, slot) => slot % numExperts);
    if (!context.training) return { gates, experts };
    const importance = context.sumOverBatches(tf.sum(gates, 0));
    const loss = squaredVariations([{ values: importance, weight: importanceLossWeight }]);
    return { gates, experts, loss: withRouterZLoss(loss, logits, routerZLossWeight, context) };
  }
}
