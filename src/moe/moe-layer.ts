/**
 * The sparsely-gated mixture-of-experts layer inside a model (Shazeer et al. 2017, §3 and appendix E):
 * x + dropout(sigmoid(Σ gate · expert(x))), over all positions of a batch at once. Padding never reaches it.
 */
import * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import type { Parameters } from "../layers/parameters.ts";
import { ExpertBalance } from "./expert-balance.ts";
import { Experts } from "./experts.ts";
import type { Gating } from "./gating.ts";
import { NoisyTopKGating } from "./noisy-top-k.ts";

export const moeOutputs = ["sigmoid", "identity"] as const;

export interface MoeOptions {
  hiddenSize: number;
  numExperts: number;
  numExpertsPerToken: number;
  expertHiddenSize: number;
  expertOutputInit: number;
  /** What the summed expert outputs go through before the residual: the paper's sigmoid, or nothing. */
  output: (typeof moeOutputs)[number];
  dropout: number;
  importanceLossWeight: number;
  loadLossWeight: number;
}

export class MoeLayer {
  readonly name: string;
  /** Summed over training batches, and over others where `countsEvaluation` is set, since its last reset. */
  readonly balance: ExpertBalance;
  countsEvaluation = false;
  private readonly gating: Gating;
  private readonly experts: Experts;
  private readonly options: MoeOptions;

  constructor(parameters: Parameters, name: string, options: MoeOptions) {
    this.name = name;
    this.options = options;
    this.balance = new ExpertBalance(options.numExperts);
    this.gating = new NoisyTopKGating(parameters, `${name}.gate`, options);
    this.experts = new Experts(parameters, `${name}.experts`, { ...options, outputInit: options.expertOutputInit });
  }

  /** x [positions, hidden] → [positions, hidden]; balance losses are added to `losses`. */
  apply(x: tf.Tensor2D, context: ForwardContext, losses: tf.Scalar[]): tf.Tensor2D {
    const decision = this.gating.decide(x, context);
    if (context.training || this.countsEvaluation) this.balance.count(decision.gates.dataSync(), decision.experts);
    if (decision.loss !== undefined) losses.push(decision.loss);
    const mixed = this.experts.apply(x, decision);
    const output = this.options.output === "sigmoid" ? tf.sigmoid(mixed) : mixed;
    return tf.add(x, context.dropout(output, this.options.dropout)) as tf.Tensor2D;
  }
}
