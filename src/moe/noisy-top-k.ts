/**
 * Noisy top-k gating (Shazeer et al. 2017, §2.1): a softmax over the k largest of a position's noisy logits.
 * Both matrices start at zero, so early routing is decided by noise alone and is balanced. Without noise equal logits go to
 * the lower expert. With k = 1 the softmax is constant: the task gives the gate no gradient, the load loss alone trains it.
 * With k = n every expert is used by every position, and load is a plain count without gradient.
 */
import * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import { constant } from "../layers/initializers.ts";
import type { Parameters } from "../layers/parameters.ts";
import { importance } from "../ops/balance.ts";
import { noisyGates } from "../ops/noisy-gates.ts";
import { normalNoise } from "../ops/normal-noise.ts";
import { topKGates } from "../ops/top-k-gates.ts";
import { balanceLoss, withRouterZLoss } from "./balance-loss.ts";
import { choiceAgreement } from "./choice-agreement.ts";
import type { GateDecision, Gating, GatingOptions } from "./gating.ts";

/** Options that noisy top-k gating has. */
export type NoisyTopKOptions = Omit<GatingOptions, "numGroups" | "numGroupsPerToken">;

/** A softmax over the k best noisy logits: gates [positions, k]. */
export class NoisyTopKGating implements Gating {
  private readonly options: NoisyTopKOptions;
  /** Wg [hidden, experts] */
  private readonly weights: tf.Tensor2D;
  /** Wnoise [hidden, experts] */
  private readonly noiseWeights: tf.Tensor2D;

  constructor(parameters: Parameters, name: string, options: NoisyTopKOptions) {
    const shape = [options.hiddenSize, options.numExperts];
    this.options = options;
    this.weights = parameters.create(`${name}.weights`, shape, constant(0));
    this.noiseWeights = parameters.create(`${name}.noise_weights`, shape, constant(0));
  }

  /** x [positions, hidden]. Noise and losses in training only. */
  decide(x: tf.Tensor2D, context: ForwardContext): GateDecision {
    const { numExperts, numExpertsPerToken: k, routerZLossWeight } = this.options;
    const clean = tf.matMul(x, this.weights) as tf.Tensor2D;
    if (!context.training) return topKGates(clean, k);
    const noiseInput = tf.matMul(x, this.noiseWeights) as tf.Tensor2D;
    const noise = normalNoise<tf.Tensor2D>(context.nextStream(), clean.shape);
    const { gates, experts, load } = noisyGates({ clean, noiseInput, noise }, k, Int32Array.of(0, x.shape[0]));
    const loss = balanceLoss(
      context.sumOverBatches(importance(gates, experts, numExperts)),
      context.sumOverBatches(load),
      this.options,
    );
    return {
      gates,
      experts,
      agreement: choiceAgreement(experts, topKGates(clean, k).experts, k),
      loss: withRouterZLoss(loss, clean, routerZLossWeight, context),
    };
  }
}
