/** What a gate tells the layer: which experts take each position, with which weight, and what balance costs. */
import type { Scalar, Tensor2D } from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";

/** (position, expert) pairs that routing in training and in inference both choose, and that either chooses. */
export interface ChoiceAgreement {
  both: number;
  either: number;
}

/** Which experts take each position, with which weights. */
export interface GateDecision {
  /** [positions, k] weights of the chosen experts, best first; with `starts`, [slots, 1] position by position */
  gates: Tensor2D;
  /** [positions · k] or [slots] chosen experts, in the order of `gates` */
  experts: Int32Array;
  /** [positions + 1] the first slot of each position, where positions use different numbers of experts, some of them none */
  starts?: Int32Array;
  /** Of gates that choose otherwise in training than in inference: how far the weights as they are would choose the same. */
  agreement?: ChoiceAgreement;
  /** Weighted losses of the gate on this batch; undefined in evaluation and where the gate has none. */
  loss?: Scalar;
}

/** A gate with its parameters. */
export interface Gating {
  /** x [positions, hidden]. In evaluation a position's decision depends on nothing but its own row. */
  decide(x: Tensor2D, context: ForwardContext): GateDecision;
  /**
   * Of gates whose evaluation is fitted to text: gathers what evaluation sees from now on. The function that is returned ends
   * that and fits the gate; undefined where it is frozen.
   */
  calibrate?(): (() => void) | undefined;
  /** How many positions `calibrate` should see. */
  readonly calibrationPositions?: number;
}

/** Sizes and loss weights of a gate. */
export interface GatingOptions {
  /** Width of a position. */
  hiddenSize: number;
  /** n, of all groups together. */
  numExperts: number;
  /** k; in a hierarchy, of each chosen group; under strict balance, the mean over the positions of a batch. */
  numExpertsPerToken: number;
  /** Groups of a hierarchy, a divisor of `numExperts`, and how many of them a position uses. */
  numGroups: number;
  numGroupsPerToken: number;
  /** As in BalanceLossWeights. */
  importanceLossWeight: number;
  /** As in BalanceLossWeights. */
  loadLossWeight: number;
  /** Of the mean squared log-sum-exp of logits; 0 = none. */
  routerZLossWeight: number;
}
