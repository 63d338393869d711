/**
 * Hierarchical gating (Shazeer et al. 2017, appendix B): a primary gate picks groups, each group's own gate picks among its
 * experts, and an expert's weight is the product of the two. Both levels are noisy top-k. Expert j of group i is i · b + j.
 */
import * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import { constant } from "../layers/initializers.ts";
import type { Parameters } from "../layers/parameters.ts";
import { importance, load, type NoisyLogits } from "../ops/balance.ts";
import { dispatch, planDispatch } from "../ops/dispatch.ts";
import { gatherRows } from "../ops/gather-rows.ts";
import { groupedProduct } from "../ops/grouped-product.ts";
import { type TopKGates, topKGates } from "../ops/top-k-gates.ts";
import { balanceLoss, withRouterZLoss } from "./balance-loss.ts";
import type { GateDecision, Gating, GatingOptions } from "./gating.ts";
import { groupLoad, hierarchicalLoad } from "./hierarchical-load.ts";
import { noisyLogits } from "./noisy-logits.ts";

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

  decide(x: tf.Tensor2D, context: ForwardContext): GateDecision {
    const { numExpertsPerToken, numGroups, numGroupsPerToken, routerZLossWeight } = this.options;
    const primaryClean = tf.matMul(x, this.primaryWeights) as tf.Tensor2D;
    const primaryNoisy = context.training
      ? noisyLogits(primaryClean, tf.matMul(x, this.primaryNoiseWeights) as tf.Tensor2D, context)
      : undefined;
    const primary = topKGates(primaryNoisy?.noisy ?? primaryClean, numGroupsPerToken);

    const plan = planDispatch(primary.experts, numGroups);
    const rows = dispatch(x, plan, numGroupsPerToken);
    const clean = groupedProduct(rows, this.weights, plan.offsets);
    const noisy = context.training
      ? noisyLogits(clean, groupedProduct(rows, this.noiseWeights, plan.offsets), context)
      : undefined;
    const secondary = topKGates(noisy?.noisy ?? clean, numExpertsPerToken);

    const decision = this.product(primary, secondary, plan.rows);
    if (primaryNoisy === undefined || noisy === undefined) return decision;
    const loss = this.balance(decision, primaryNoisy, noisy, plan.offsets, context);
    const withPrimary = withRouterZLoss(loss, primaryClean, routerZLossWeight, context);
    return { ...decision, loss: withRouterZLoss(withPrimary, clean, routerZLossWeight, context) };
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
    primary: NoisyLogits,
    secondary: NoisyLogits,
    offsets: Int32Array,
    context: ForwardContext,
  ): tf.Scalar {
    const { numExperts, numExpertsPerToken, numGroupsPerToken } = this.options;
    const sum = context.sumOverBatches;
    const sizes = tf.tensor1d(
      Float32Array.from({ length: offsets.length - 1 }, (_, group) => offsets[group + 1]! - offsets[group]!),
    );
    const expertLoad = hierarchicalLoad(
      sum(load(primary, numGroupsPerToken)),
      sum(groupLoad(secondary, offsets, numExpertsPerToken)),
      sum(sizes),
    );
    return balanceLoss(sum(importance(gates, experts, numExperts)), expertLoad, this.options);
  }
}
