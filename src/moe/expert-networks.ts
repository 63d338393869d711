/** Networks of experts side by side, each run on rows of its own: relu(x W1) W2 (Shazeer et al. 2017, §3.2), or with gated linear units. */
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import type { ExpertActivation } from "../config/choices.ts";
import type { ForwardContext } from "../layers/forward-context.ts";
import type { Parameters } from "../layers/parameters.ts";
import { expertFfn } from "../ops/expert-ffn.ts";
import { type ExpertUpdate, updatedExpertFfn } from "../ops/expert-ffn-update.ts";
import { expertGlu } from "../ops/expert-glu.ts";
import { RowRoute, sameOnAllRanks } from "../ops/row-route.ts";
import type { Communicator } from "../parallel/communicator.ts";

/** Sizes of experts that are all alike. */
export interface ExpertNetworksOptions {
  /** Width of input and output. */
  hiddenSize: number;
  numExperts: number;
  /** Hidden units of each expert. */
  expertHiddenSize: number;
  activation: ExpertActivation;
  /** Scale of the second matrix at the start; 0 makes every expert start at zero output. */
  outputInit: number;
  /** Each rank of a job has some of the experts; without it, or where the parameters aren't divided, every rank has all. */
  divided?: boolean;
}

/** Experts of one layer, all of one shape. */
export class ExpertNetworks {
  readonly numExperts: number;
  private readonly ranks: Communicator | undefined;
  /** W1 [experts, hidden, expert hidden] */
  private readonly inner: Tensor3D;
  /** W2 [experts, expert hidden, hidden] */
  private readonly outer: Tensor3D;
  /** [experts, hidden, expert hidden] what opens gated linear units */
  private readonly innerGate: Tensor3D | undefined;

  constructor(parameters: Parameters, name: string, options: ExpertNetworksOptions) {
    const { hiddenSize, numExperts, expertHiddenSize, activation, outputInit, divided = false } = options;
    this.numExperts = numExperts;
    this.ranks = divided ? parameters.expertRanks : undefined;
    // A uniform range of √(3 / fan-in) has the variance 1 / fan-in.
    const inner = Math.sqrt(3 / hiddenSize);
    const outer = outputInit * Math.sqrt(3 / expertHiddenSize);
    const innerShape: [number, number, number] = [numExperts, hiddenSize, expertHiddenSize];
    this.inner = parameters.expertMatrices(`${name}.inner`, innerShape, inner, divided);
    const outerShape: [number, number, number] = [numExperts, expertHiddenSize, hiddenSize];
    this.outer = parameters.expertMatrices(`${name}.outer`, outerShape, outer, divided);
    this.innerGate =
      activation === "glu" ? parameters.expertMatrices(`${name}.inner_gate`, innerShape, inner, divided) : undefined;
  }

  /**
   * x [rows, hidden] sorted by expert → [rows, hidden]; expert e takes rows `offsets[e]` to `offsets[e + 1]`. With `update`, the
   * backward pass updates the experts; gated ones have gradients all the same. Where ranks have their own experts, rows go to theirs and
   * back, in both passes; in evaluation all ranks give the same rows, and each runs those of its experts.
   */
  run(
    x: Tensor2D,
    offsets: Int32Array,
    { training, expertUpdate }: Pick<ForwardContext, "training" | "expertUpdate">,
  ): Tensor2D {
    const { ranks } = this;
    if (ranks === undefined) return this.runOwn(x, offsets, expertUpdate);
    if (!training) return sameOnAllRanks(ranks, x, offsets, (rows, own) => this.runOwn(rows, own));
    const route = new RowRoute(ranks, offsets);
    return route.takeBack(this.runOwn(route.send(x), route.offsets, expertUpdate));
  }

  private runOwn(x: Tensor2D, offsets: Int32Array, update?: ExpertUpdate): Tensor2D {
    const { inner: w1, outer: w2, innerGate: gate } = this;
    if (gate !== undefined) return expertGlu({ x, w1, gate, w2 }, offsets);
    return update === undefined ? expertFfn({ x, w1, w2 }, offsets) : updatedExpertFfn(x, w1, w2, offsets, update);
  }
}
