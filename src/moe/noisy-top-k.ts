/**
 * Noisy top-k gating (Shazeer et al. 2017, §2.1): H = x Wg + ε ⊙ (softplus(x Wnoise) + 0.01), a softmax over the k largest.
 * Both matrices start at zero, so early routing is decided by noise alone and is balanced.
 * With k = 1 the softmax is constant and the task gives the gate no gradient; with k = n the load loss has none.
 */
import * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import { constant } from "../layers/initializers.ts";
import type { Parameters } from "../layers/parameters.ts";
import { importance, load } from "../ops/balance.ts";
import { normalNoise } from "../ops/normal-noise.ts";
import { topKGates } from "../ops/top-k-gates.ts";
import { squaredVariation } from "./balance-loss.ts";
import type { GateDecision, Gating } from "./gating.ts";

/** Keeps some noise however sure the gate is. */
const NOISE_FLOOR = 0.01;

export interface NoisyTopKOptions {
  hiddenSize: number;
  numExperts: number;
  numExpertsPerToken: number;
  importanceLossWeight: number;
  loadLossWeight: number;
}

export class NoisyTopKGating implements Gating {
  readonly numExperts: number;
  readonly numExpertsPerToken: number;
  private readonly importanceLossWeight: number;
  private readonly loadLossWeight: number;
  /** Wg [hidden, experts] */
  private readonly weights: tf.Tensor2D;
  /** Wnoise [hidden, experts] */
  private readonly noiseWeights: tf.Tensor2D;

  constructor(parameters: Parameters, name: string, options: NoisyTopKOptions) {
    const { hiddenSize, numExperts } = options;
    this.numExperts = numExperts;
    this.numExpertsPerToken = options.numExpertsPerToken;
    this.importanceLossWeight = options.importanceLossWeight;
    this.loadLossWeight = options.loadLossWeight;
    this.weights = parameters.create(`${name}.weights`, [hiddenSize, numExperts], constant(0));
    this.noiseWeights = parameters.create(`${name}.noise_weights`, [hiddenSize, numExperts], constant(0));
  }

  decide(x: tf.Tensor2D, context: ForwardContext): GateDecision {
    const clean = tf.matMul(x, this.weights) as tf.Tensor2D;
    if (!context.training) return topKGates(clean, this.numExpertsPerToken);
    const noise = normalNoise<tf.Tensor2D>(context.nextStream(), clean.shape);
    const noiseScale = tf.add(tf.softplus(tf.matMul(x, this.noiseWeights)), NOISE_FLOOR) as tf.Tensor2D;
    const noisy = tf.add(clean, tf.mul(noise, noiseScale)) as tf.Tensor2D;
    const decision = topKGates(noisy, this.numExpertsPerToken);
    return { ...decision, loss: this.balanceLoss(decision, { clean, noiseScale, noisy }) };
  }

  private balanceLoss(
    { gates, experts }: GateDecision,
    logits: { clean: tf.Tensor2D; noiseScale: tf.Tensor2D; noisy: tf.Tensor2D },
  ): tf.Scalar {
    const importanceLoss = squaredVariation(importance(gates, experts, this.numExperts));
    const loadLoss = squaredVariation(load(logits, this.numExpertsPerToken));
    return tf.add(
      tf.mul(importanceLoss, this.importanceLossWeight),
      tf.mul(loadLoss, this.loadLossWeight),
    ) as tf.Scalar;
  }
}
