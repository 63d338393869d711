/** Mixture-of-experts layers whose parameters are the test's own tensors. */
import type * as tf from "@tensorflow/tfjs";
import { philoxNormal } from "../../src/base/random.ts";
import { ForwardContext, type SumOverBatches } from "../../src/layers/forward-context.ts";
import type { Parameters } from "../../src/layers/parameters.ts";
import { MoeLayer, type MoeOptions } from "../../src/moe/moe-layer.ts";
import { type Operand, operand } from "../ops/op-outcomes.ts";

export const layerOptions: MoeOptions = {
  hiddenSize: 3,
  numExperts: 4,
  numExpertsPerToken: 2,
  expertHiddenSize: 5,
  expertOutputInit: 1,
  output: "sigmoid",
  dropout: 0,
  importanceLossWeight: 0.7,
  loadLossWeight: 0.9,
  routerZLossWeight: 0.3,
};

const SEED = 5;

export function trainingContext(sum?: SumOverBatches): ForwardContext {
  return ForwardContext.forTraining(SEED, 0, { sumOverBatches: sum });
}

/** The noise that the layer's `which`-th gate draws in `trainingContext`. */
export function gateNoise(which: number, size: number): Float32Array {
  return philoxNormal({ seed: SEED, stream: 2 ** 40 + which }, size);
}

/** Gives out tensors in place of parameters, in the order they are asked for. */
export function givenParameters(tensors: readonly tf.Tensor[]): Parameters {
  let next = 0;
  const create = () => tensors[next++]!;
  return { create, weights: create, expertMatrices: create } as unknown as Parameters;
}

/** A layer from its parameters, in the order of `parameterShapes`. */
export function layerOf(options: MoeOptions, parameters: readonly tf.Tensor[]): MoeLayer {
  return new MoeLayer(givenParameters(parameters), "moe", options);
}

/** Shapes of the gate's parameters, then of the experts', in the order of their creation. */
function parameterShapes(options: MoeOptions): number[][] {
  const { hiddenSize, numExperts, expertHiddenSize, gating, numGroups = 1, expertActivation } = options;
  const flat = [hiddenSize, numExperts];
  const networks = (experts: number, hidden: number) => [
    [experts, hiddenSize, hidden],
    [experts, hidden, hiddenSize],
    ...(expertActivation === "glu" ? [[experts, hiddenSize, hidden]] : []),
  ];
  const primary = [hiddenSize, numGroups];
  const secondary = [numGroups, hiddenSize, numExperts / numGroups];
  const gates = {
    noisy_top_k: [flat, flat],
    hierarchical: [primary, primary, secondary, secondary],
    strictly_balanced: [flat, [numExperts]],
    dense: [flat],
  }[gating ?? "noisy_top_k"];
  const shared = options.sharedExpertHiddenSize ?? 0;
  return [...gates, ...networks(numExperts, expertHiddenSize), ...(shared === 0 ? [] : networks(1, shared))];
}

/** x [positions, hidden] and the layer's parameters. */
export function layerOperands(options: MoeOptions, positions: number, stream = 1): Operand[] {
  const shapes = [[positions, options.hiddenSize], ...parameterShapes(options)];
  return shapes.map((shape, i) => operand(stream * 50 + i, shape, i === 0 ? 1 : 0.8));
}
