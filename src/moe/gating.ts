/** What a gate tells the layer: which experts take each position, with which weight, and what balance costs. */
import type { Scalar, Tensor2D } from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";

export interface GateDecision {
  /** [positions, k] weights of the chosen experts, best first */
  gates: Tensor2D;
  /** [positions · k] chosen experts, position by position */
  experts: Int32Array;
  /** Weighted balance losses of this batch; undefined in evaluation and where the gate has none. */
  loss?: Scalar;
}

export interface Gating {
  readonly numExperts: number;
  readonly numExpertsPerToken: number;
  /** x [positions, hidden] */
  decide(x: Tensor2D, context: ForwardContext): GateDecision;
}
