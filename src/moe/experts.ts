/** The experts of a layer: two-layer ReLU networks E(x) = relu(x W1) W2 (Shazeer et al. 2017, §2), run on the positions routed to them. */
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import { uniform } from "../layers/initializers.ts";
import type { Parameters } from "../layers/parameters.ts";
import { combine, dispatch, planDispatch } from "../ops/dispatch.ts";
import { expertFfn } from "../ops/expert-ffn.ts";
import type { GateDecision } from "./gating.ts";

export interface ExpertsOptions {
  hiddenSize: number;
  numExperts: number;
  numExpertsPerToken: number;
  expertHiddenSize: number;
  /** Scale of the second matrix at the start; 0 makes every expert start at zero output. */
  outputInit: number;
}

export class Experts {
  private readonly options: ExpertsOptions;
  /** W1 [experts, hidden, expert hidden] */
  private readonly inner: Tensor3D;
  /** W2 [experts, expert hidden, hidden] */
  private readonly outer: Tensor3D;

  constructor(parameters: Parameters, name: string, options: ExpertsOptions) {
    const { hiddenSize, numExperts, expertHiddenSize, outputInit } = options;
    this.options = options;
    // A uniform range of √(3 / fan-in) has the variance 1 / fan-in.
    const inner = uniform(Math.sqrt(3 / hiddenSize));
    const outer = uniform(outputInit * Math.sqrt(3 / expertHiddenSize));
    this.inner = parameters.create(`${name}.inner`, [numExperts, hiddenSize, expertHiddenSize], inner);
    this.outer = parameters.create(`${name}.outer`, [numExperts, expertHiddenSize, hiddenSize], outer);
  }

  /** y [positions, hidden] = Σ over chosen experts of gate · E(x); dropless. */
  apply(x: Tensor2D, { gates, experts }: GateDecision): Tensor2D {
    const { numExperts, numExpertsPerToken } = this.options;
    const plan = planDispatch(experts, numExperts);
    const sorted = dispatch(x, plan, numExpertsPerToken);
    const outputs = expertFfn({ x: sorted, w1: this.inner, w2: this.outer }, plan.offsets);
    return combine(outputs, gates, plan);
  }
}
