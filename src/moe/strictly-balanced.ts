/**
 * Strictly balanced gating (Shazeer et al. 2017, appendix F): in training each expert takes the same number of a batch's
 * positions, those that value it most; at inference, every position whose share exceeds the expert's trained threshold.
 * Other positions of a batch, later ones among them, so influence routing in training, but never at inference.
 * A position may get any number of experts; one without any has an empty row. Wg starts random: there is no noise to break ties.
 */
import * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import { constant } from "../layers/initializers.ts";
import type { Parameters } from "../layers/parameters.ts";
import { gatherEntries, gatherRows, scatterAddRows } from "../ops/gather-rows.ts";
import { positionOfSlots } from "../ops/ragged-dispatch.ts";
import { withRouterZLoss } from "./balance-loss.ts";
import { batchwiseMask, choicesOf, maskAgreement, thresholdMask } from "./batchwise-mask.ts";
import type { GateDecision, Gating, GatingOptions } from "./gating.ts";
import { thresholdLoss } from "./threshold-loss.ts";

export type StrictlyBalancedOptions = Pick<
  GatingOptions,
  "hiddenSize" | "numExperts" | "numExpertsPerToken" | "routerZLossWeight"
>;

export class StrictlyBalancedGating implements Gating {
  private readonly options: StrictlyBalancedOptions;
  /** Wg [hidden, experts] */
  private readonly weights: tf.Tensor2D;
  /** T [experts] */
  private readonly thresholds: tf.Tensor1D;

  constructor(parameters: Parameters, name: string, options: StrictlyBalancedOptions) {
    const { hiddenSize, numExperts } = options;
    this.options = options;
    this.weights = parameters.weights(`${name}.weights`, [hiddenSize, numExperts], hiddenSize);
    this.thresholds = parameters.create(`${name}.thresholds`, [numExperts], constant(1 / numExperts));
  }

  decide(x: tf.Tensor2D, context: ForwardContext): GateDecision {
    const { numExpertsPerToken, routerZLossWeight } = this.options;
    const logits = tf.matMul(x, this.weights) as tf.Tensor2D;
    const shares = tf.softmax(logits) as tf.Tensor2D;
    const values = shares.dataSync<"float32">();
    const aboveThreshold = thresholdMask(values, this.thresholds.dataSync<"float32">());
    if (!context.training) return masked(shares, aboveThreshold);
    const chosen = batchwiseMask(values, this.thresholds.size, numExpertsPerToken);
    const loss = thresholdLoss(this.thresholds, values, { chosen, aboveThreshold }, context);
    return {
      ...masked(shares, chosen),
      agreement: maskAgreement(chosen, aboveThreshold),
      loss: withRouterZLoss(loss, logits, routerZLossWeight, context),
    };
  }
}

/** G_i = Gσ_i M_i / Σ_j Gσ_j M_j, where the mask is 1; shares [positions, experts]. */
function masked(shares: tf.Tensor2D, mask: Uint8Array): GateDecision {
  const [positions, width] = shares.shape;
  const { starts, experts } = choicesOf(mask, width);
  const owners = positionOfSlots(starts);
  const places = experts.map((expert, slot) => owners[slot]! * width + expert);
  const chosen = tf.reshape(gatherEntries(shares, places), [places.length, 1]) as tf.Tensor2D;
  const totals = gatherRows(scatterAddRows(chosen, owners, positions), owners);
  return { gates: tf.div(chosen, totals), experts, starts };
}
