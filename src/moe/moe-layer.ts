/**
 * The sparsely-gated mixture-of-experts layer inside a model (Shazeer et al. 2017, §3 and appendix E):
 * x + dropout(sigmoid(Σ gate · expert(x))), over all positions of a batch at once. Padding never reaches it.
 */
import * as tf from "@tensorflow/tfjs";
import type { ExpertActivation, GatingKind, MoeOutput } from "../config/choices.ts";
import type { ForwardContext } from "../layers/forward-context.ts";
import type { Parameters } from "../layers/parameters.ts";
import { createGating } from "./create-gating.ts";
import { ExpertBalance } from "./expert-balance.ts";
import { ExpertNetworks } from "./expert-networks.ts";
import { applyExperts } from "./experts.ts";
import type { GateDecision, Gating } from "./gating.ts";

/** Sizes, gate and losses of a layer. */
export interface MoeOptions {
  /** Width of a position. */
  hiddenSize: number;
  /** Experts of the layer. */
  numExperts: number;
  /** k: experts that a position uses, of each group in a hierarchy. */
  numExpertsPerToken: number;
  /** Hidden units of each expert. */
  expertHiddenSize: number;
  /** Scale of experts' output matrices at the start; 0 = zero output. */
  expertOutputInit: number;
  /** What the summed expert outputs go through before the residual: the paper's sigmoid, or nothing. */
  output: MoeOutput;
  /** Rate on what is added to the residual. */
  dropout: number;
  /** 0 = none. */
  importanceLossWeight: number;
  /** 0 = none. */
  loadLossWeight: number;
  /** noisy_top_k unless given */
  gating?: GatingKind;
  /** Groups of a hierarchy, 1 unless given, and how many a position uses, 1 unless given. */
  numGroups?: number;
  numGroupsPerToken?: number;
  /** 0 unless given */
  routerZLossWeight?: number;
  /** relu unless given */
  expertActivation?: ExpertActivation;
  /** Hidden units of an expert that every position uses beside those chosen; 0, unless given, for none. */
  sharedExpertHiddenSize?: number;
}

/** What a layer gives for a batch. */
export interface MoeResult {
  /** [positions, hidden] */
  output: tf.Tensor2D;
  /** Weighted losses of the gate; undefined in evaluation and where the gate has none. */
  loss?: tf.Scalar;
}

/** A residual layer of experts with its gate. */
export class MoeLayer {
  readonly name: string;
  /** Summed over training batches, and over others where `countsEvaluation` is set, since its last reset. */
  readonly balance: ExpertBalance;
  countsEvaluation = false;
  /** Told of every decision, in training and evaluation alike; its tensors live only during the call. */
  observer: ((decision: GateDecision) => void) | undefined;
  private readonly gating: Gating;
  private readonly experts: ExpertNetworks;
  private readonly sharedExpert: ExpertNetworks | undefined;
  private readonly options: MoeOptions;

  constructor(parameters: Parameters, name: string, options: MoeOptions) {
    const { hiddenSize, numExperts, expertHiddenSize, sharedExpertHiddenSize = 0 } = options;
    const networks = {
      hiddenSize,
      activation: options.expertActivation ?? "relu",
      outputInit: options.expertOutputInit,
    };
    this.name = name;
    this.options = options;
    this.balance = new ExpertBalance(numExperts);
    this.gating = createGating(options.gating ?? "noisy_top_k", parameters, `${name}.gate`, {
      ...options,
      numGroups: options.numGroups ?? 1,
      numGroupsPerToken: options.numGroupsPerToken ?? 1,
      routerZLossWeight: options.routerZLossWeight ?? 0,
    });
    this.experts = new ExpertNetworks(parameters, `${name}.experts`, {
      ...networks,
      numExperts,
      expertHiddenSize,
      divided: true,
    });
    this.sharedExpert =
      sharedExpertHiddenSize === 0
        ? undefined
        : new ExpertNetworks(parameters, `${name}.shared_expert`, {
            ...networks,
            numExperts: 1,
            expertHiddenSize: sharedExpertHiddenSize,
          });
  }

  /** Whether the gate's losses are of sums over all batches of a step. Strict balance is between the positions of one batch. */
  get sumsOverBatches(): boolean {
    const { gating, importanceLossWeight, loadLossWeight } = this.options;
    return gating !== "strictly_balanced" && (importanceLossWeight > 0 || loadLossWeight > 0);
  }

  /** Positions that `calibrate` should see; 0 of gates that need none. */
  get calibrationPositions(): number {
    return this.gating.calibrationPositions ?? 0;
  }

  /** See `Gating.calibrate`; undefined of gates that need none. */
  calibrate(): (() => void) | undefined {
    return this.gating.calibrate?.();
  }

  /** x [positions, hidden] → output [positions, hidden], and what balance costs. */
  apply(x: tf.Tensor2D, context: ForwardContext): MoeResult {
    const decision = this.gating.decide(x, context);
    if (!context.rehearsal) this.observer?.(decision);
    if (context.training ? !context.rehearsal : this.countsEvaluation) {
      this.balance.count(decision.gates.dataSync(), decision, x.shape[0]);
    }
    const mixed = applyExperts(this.experts, x, decision, context);
    const added = this.output(x, mixed, decision.starts, context);
    const output = tf.add(x, context.dropout(added, this.options.dropout)) as tf.Tensor2D;
    return { output, ...(decision.loss === undefined ? {} : { loss: decision.loss }) };
  }

  /** A position that no expert took, and that has no shared one, adds nothing to the residual: not even the sigmoid of 0. */
  private output(
    x: tf.Tensor2D,
    mixed: tf.Tensor2D,
    starts: Int32Array | undefined,
    context: ForwardContext,
  ): tf.Tensor2D {
    const shared = this.sharedExpert?.run(x, Int32Array.of(0, x.shape[0]), context);
    const sum = shared === undefined ? mixed : (tf.add(mixed, shared) as tf.Tensor2D);
    if (this.options.output === "identity") return sum;
    const squashed = tf.sigmoid(sum) as tf.Tensor2D;
    if (starts === undefined || shared !== undefined) return squashed;
    const taken = Float32Array.from({ length: x.shape[0] }, (_, i) => (starts[i + 1]! > starts[i]! ? 1 : 0));
    return tf.mul(squashed, tf.tensor2d(taken, [x.shape[0], 1])) as tf.Tensor2D;
  }
}
