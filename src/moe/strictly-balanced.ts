/**
 * Strictly balanced gating (Shazeer et al. 2017, appendix F): in training each expert takes the same number of a batch's
 * positions, those that value it most; at inference, every position whose share exceeds the expert's trained threshold.
 * Other positions of a batch, later ones among them, so influence routing in training, but never at inference.
 * A position may get any number of experts; one without any has an empty row. Wg starts random: there is no noise to break ties.
 * Thresholds are trained on what dropout leaves, a batch at a time, and evaluation drops nothing: `calibrate` sets each to what
 * gives its expert the m positions of training, over more text than a batch.
 */
import * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import { constant } from "../layers/initializers.ts";
import type { Parameters } from "../layers/parameters.ts";
import { isFrozen } from "../ops/frozen.ts";
import { gatherEntries, gatherRows, scatterAddRows } from "../ops/gather-rows.ts";
import { positionOfSlots } from "../ops/ragged-dispatch.ts";
import { withRouterZLoss } from "./balance-loss.ts";
import { batchwiseMask, choicesOf, maskAgreement, thresholdMask } from "./batchwise-mask.ts";
import type { GateDecision, Gating, GatingOptions } from "./gating.ts";
import { fitThreshold } from "./order-statistics.ts";
import { thresholdLoss } from "./threshold-loss.ts";

/** Options that strictly balanced gating has. */
export type StrictlyBalancedOptions = Pick<
  GatingOptions,
  "hiddenSize" | "numExperts" | "numExpertsPerToken" | "routerZLossWeight"
>;

/** Equal numbers of positions in training, thresholds in inference: gates [slots, 1]. */
export class StrictlyBalancedGating implements Gating {
  private readonly options: StrictlyBalancedOptions;
  /** Wg [hidden, experts] */
  private readonly weights: tf.Tensor2D;
  /** T [experts] */
  private readonly thresholds: tf.Tensor1D;
  /** While calibrating, by batch: shares [positions, experts]. */
  private evaluated: Float32Array[] | undefined;

  constructor(parameters: Parameters, name: string, options: StrictlyBalancedOptions) {
    const { hiddenSize, numExperts } = options;
    this.options = options;
    this.weights = parameters.weights(`${name}.weights`, [hiddenSize, numExperts], hiddenSize);
    this.thresholds = parameters.create(`${name}.thresholds`, [numExperts], constant(1 / numExperts));
  }

  /** x [positions, hidden]. Batchwise choice and its loss in training only. */
  decide(x: tf.Tensor2D, context: ForwardContext): GateDecision {
    const { numExpertsPerToken, routerZLossWeight } = this.options;
    const logits = tf.matMul(x, this.weights) as tf.Tensor2D;
    const shares = tf.softmax(logits) as tf.Tensor2D;
    const values = shares.dataSync<"float32">();
    const thresholds = this.thresholds.dataSync<"float32">();
    const aboveThreshold = thresholdMask(values, thresholds);
    if (!context.training) {
      this.evaluated?.push(values);
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

  get calibrationPositions(): number {
    if (isFrozen(this.thresholds)) return 0;
    const { numExperts, numExpertsPerToken } = this.options;
    return Math.ceil(Math.min((calibrationLoad * numExperts) / numExpertsPerToken, mostCalibrationShares / numExperts));
  }

  /** Sets each threshold so that its expert takes k / n of the positions that were evaluated, as near as equal shares allow. */
  calibrate(): (() => void) | undefined {
    if (isFrozen(this.thresholds)) return undefined;
    const gathered: Float32Array[] = [];
    this.evaluated = gathered;
    return () => {
      this.evaluated = undefined;
      const { numExperts, numExpertsPerToken } = this.options;
      const positions = gathered.reduce((sum, { length }) => sum + length, 0) / numExperts;
      const taken = Math.round((positions * numExpertsPerToken) / numExperts);
      // Too little text to tell, or every position is taken.
      if (taken === 0 || taken >= positions) return;
      const fitted = Float32Array.from({ length: numExperts }, (_, expert) =>
        fitThreshold(column(gathered, expert, numExperts, positions), taken),
      );
      tf.tidy(() => (this.thresholds as tf.Tensor as tf.Variable).assign(tf.tensor1d(fitted)));
    };
  }
}

/** Positions of each expert to fit its threshold on: were they independent, chance would move it by 1.6 %. */
const calibrationLoad = 4000;
/** The most shares kept while calibrating: 128 MiB. */
const mostCalibrationShares = 2 ** 25;

/** One column of the matrices [rows, width] that lie one below the other, `length` rows in all. */
function column(matrices: readonly Float32Array[], index: number, width: number, length: number): Float32Array {
  const values = new Float32Array(length);
  let row = 0;
  for (const matrix of matrices) {
    for (let at = index; at < matrix.length; at += width) values[row++] = matrix[at]!;
  }
  return values;
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
