/**
 * Strictly balanced gating (Shazeer et al. 2017, appendix F): in training each expert takes the same number of a batch's
 * positions, those that value it most; at inference, every position whose share exceeds the expert's trained threshold.
 * Other positions of a batch, later ones among them, so influence routing in training, but never at inference.
 * A position may get any number of experts; one without any has an empty row. Wg starts random: there is no noise to break ties.
 * Thresholds are trained on what dropout leaves, and evaluation drops nothing: `calibrate` corrects them all by one factor.
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
import { kthLargest } from "./kth-largest.ts";
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
  /** While calibrating, by batch: shares over thresholds [positions · experts]. */
  private quotients: Float32Array[] | undefined;

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
    const thresholds = this.thresholds.dataSync<"float32">();
    const aboveThreshold = thresholdMask(values, thresholds);
    if (!context.training) {
      this.quotients?.push(values.map((share, i) => quotient(share, thresholds[i % thresholds.length]!)));
      return masked(shares, aboveThreshold);
    }
    const chosen = batchwiseMask(values, this.thresholds.size, numExpertsPerToken);
    const loss = thresholdLoss(this.thresholds, values, { chosen, aboveThreshold }, context);
    return {
      ...masked(shares, chosen),
      agreement: maskAgreement(chosen, aboveThreshold),
      loss: withRouterZLoss(loss, logits, routerZLossWeight, context),
    };
  }

  /** Multiplies the thresholds by the factor with which the evaluated positions have k experts in the mean. */
  calibrate(): () => void {
    const gathered: Float32Array[] = [];
    this.quotients = gathered;
    return () => {
      this.quotients = undefined;
      const quotients = joined(gathered);
      const { numExperts, numExpertsPerToken } = this.options;
      const taken = (quotients.length / numExperts) * numExpertsPerToken;
      // With k = n nothing has to stay below.
      if (taken === 0 || taken >= quotients.length) return;
      const factor = kthLargest(quotients, taken + 1);
      // So many exceed thresholds that no factor moves.
      if (factor === Number.POSITIVE_INFINITY) return;
      tf.tidy(() => (this.thresholds as tf.Tensor as tf.Variable).assign(tf.mul(this.thresholds, factor)));
    };
  }
}

/** The factor up to which a share exceeds the threshold; one that isn't positive it exceeds with any. */
function quotient(share: number, threshold: number): number {
  return threshold > 0 ? share / threshold : Number.POSITIVE_INFINITY;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
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
