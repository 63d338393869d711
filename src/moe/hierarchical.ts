/**
 * Hierarchical gating (Shazeer et al. 2017, appendix B): a primary gate picks groups, each group's own gate picks among its
 * experts, and an expert's weight is the product of the two. Both levels are noisy top-k. Expert j of group i is i · b + j.
 */
import * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import { constant } from "../layers/initializers.ts";
import type { Parameters } from "../layers/parameters.ts";
import { importance } from "../ops/balance.ts";
import { dispatch, planDispatch } from "../ops/dispatch.ts";
import { gatherRows } from "../ops/gather-rows.ts";
import { groupedProduct } from "../ops/grouped-product.ts";
import { type NoisyGates, noisyGates } from "../ops/noisy-gates.ts";
import { normalNoise } from "../ops/normal-noise.ts";
import { type TopKGates, topKGates } from "../ops/top-k-gates.ts";
import { balanceLoss, withRouterZLoss } from "./balance-loss.ts";
import { hierarchicalAgreement } from "./choice-agreement.ts";
import type { GateDecision, Gating, GatingOptions } from "./gating.ts";
import { hierarchicalLoad } from "./hierarchical-load.ts";

/** Two levels of noisy top-k gates: gates [positions, groups used · experts used of each]. */
export class HierarchicalGating implements Gating {
  private readonly options: GatingOptions;
  /** Primary Wg and Wnoise [hidden, groups] */
  private readonly primaryWeights: tf.Tensor2D;
  private readonly primaryNoiseWeights: tf.Tensor2D;
  /** Every group's Wg and Wnoise [groups, hidden, experts of a group] */
  private readonly weights: tf.Tensor3D;
  private readonly noiseWeights: tf.Tensor3D;

  constructor(parameters: Parameters, name: string, options: GatingOptions) {
    const { hiddenSize, numExperts, numGroups } = options;
    const [primary, secondary] = [
      [hiddenSize, numGroups],
      [numGroups, hiddenSize, numExperts / numGroups],
    ];
    this.options = options;
    this.primaryWeights = parameters.create(`${name}.primary_weights`, primary!, constant(0));
    this.primaryNoiseWeights = parameters.create(`${name}.primary_noise_weights`, primary!, constant(0));
    this.weights = parameters.create(`${name}.weights`, secondary!, constant(0));
    this.noiseWeights = parameters.create(`${name}.noise_weights`, secondary!, constant(0));
  }

  /** x [positions, hidden]. Noise and losses in training only. */
  decide(x: tf.Tensor2D, context: ForwardContext): GateDecision {
    const { numExpertsPerToken, numGroups, numGroupsPerToken, routerZLossWeight } = this.options;
    const primaryClean = tf.matMul(x, this.primaryWeights) as tf.Tensor2D;
    const primary = gatesOf(primaryClean, numGroupsPerToken, Int32Array.of(0, x.shape[0]), context, () =>
      tf.matMul(x, this.primaryNoiseWeights),
    );

    const plan = planDispatch(primary.experts, numGroups);
    const rows = dispatch(x, plan, numGroupsPerToken);
    const clean = groupedProduct(rows, this.weights, plan.offsets);
    const secondary = gatesOf(clean, numExpertsPerToken, plan.offsets, context, () =>
      groupedProduct(rows, this.noiseWeights, plan.offsets),
    );

    const decision = this.product(primary, secondary, plan.rows);
    if (!hasLoad(primary) || !hasLoad(secondary)) return decision;
    const agreement = hierarchicalAgreement(
      { noisy: primary.experts, clean: topKGates(primaryClean, numGroupsPerToken).experts, k: numGroupsPerToken },
      { noisy: secondary.experts, clean: topKGates(clean, numExpertsPerToken).experts, k: numExpertsPerToken },
      plan.rows,
    );
    const loss = this.balance(decision, primary.load, secondary.load, plan.offsets, context);
    const withPrimary = withRouterZLoss(loss, primaryClean, routerZLossWeight, context);
    return { ...decision, agreement, loss: withRouterZLoss(withPrimary, clean, routerZLossWeight, context) };
  }

  /** Gp · Gi, [positions, groups used · experts used of each]; `rows`: the secondary row of each (position, group) pair. */
  private product(primary: TopKGates, secondary: TopKGates, rows: Int32Array): GateDecision {
    const { numExperts, numExpertsPerToken: k, numGroups, numGroupsPerToken } = this.options;
    const pairs = rows.length;
    const bySlot = gatherRows(secondary.gates, rows);
    const gates = tf.mul(bySlot, tf.reshape(primary.gates, [pairs, 1]));
    const groupSize = numExperts / numGroups;
    const experts = Int32Array.from({ length: pairs * k }, (_, i) => {
      const pair = Math.floor(i / k);
      return primary.experts[pair]! * groupSize + secondary.experts[rows[pair]! * k + (i % k)]!;
    });
    return { gates: tf.reshape(gates, [pairs / numGroupsPerToken, numGroupsPerToken * k]), experts };
  }

  private balance(
    { gates, experts }: GateDecision,
    primaryLoad: tf.Tensor1D,
    groupLoads: tf.Tensor1D,
    offsets: Int32Array,
    context: ForwardContext,
  ): tf.Scalar {
    const sum = context.sumOverBatches;
    const sizes = tf.tensor1d(
      Float32Array.from({ length: offsets.length - 1 }, (_, group) => offsets[group + 1]! - offsets[group]!),
    );
    const load = hierarchicalLoad(sum(primaryLoad), sum(groupLoads), sum(sizes));
    return balanceLoss(sum(importance(gates, experts, this.options.numExperts)), load, this.options);
  }
}

/** Gates of one level; in training noisy, with the load of each group of rows. */
function gatesOf(
  clean: tf.Tensor2D,
  k: number,
  offsets: Int32Array,
  context: ForwardContext,
  noiseInput: () => tf.Tensor2D,
): TopKGates | NoisyGates {
  if (!context.training) return topKGates(clean, k);
  const noise = normalNoise<tf.Tensor2D>(context.nextStream(), clean.shape);
  return noisyGates({ clean, noiseInput: noiseInput(), noise }, k, offsets);
}

function hasLoad(gates: TopKGates | NoisyGates): gates is NoisyGates {
  return "load" in gates;
}
