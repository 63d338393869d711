/**
 * Source of truth: Shazeer et al. 2017, equation 1, as a sum over all experts weighted by dense gates, in double precision,
 * and central differences of it with the noise frozen. So sparse outputs and every gradient equal the dense ones.
 */
import * as tf from "@tensorflow/tfjs";
import { beforeEach, describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { gatingKinds } from "../../src/config/choices.ts";
import { ForwardContext } from "../../src/layers/forward-context.ts";
import { positionsPerExpert } from "../../src/moe/batchwise-mask.ts";
import type { MoeOptions } from "../../src/moe/moe-layer.ts";
import { expectSameBits } from "../ops/finite-differences.ts";
import { expertDefinition, gluDefinition, part } from "../ops/moe-definition.ts";
import { expectDefined, expectNativeAgrees, nativeAddon, type Op, type Operand, onNative } from "../ops/op-outcomes.ts";
import { type DenseDecision, dense, hierarchical, noisyTopK, strictlyBalanced } from "./gating-definition.ts";
import { gateNoise, layerOf, layerOperands, layerOptions, trainingContext } from "./toy-layer.ts";

const addon = nativeAddon();

beforeEach(async () => {
  await selectBackend({ backend: "cpu" });
});

/** [positions · hidden + 1]: outputs, and the gate's losses (times 0 under strict balance, whose loss reaches the thresholds alone). */
const layerOp =
  (options: MoeOptions): Op =>
  (x: tf.Tensor2D, ...parameters: tf.Tensor[]) => {
    const { output: y, loss: balance } = layerOf(options, parameters).apply(x, trainingContext());
    const loss = tf.mul(tf.reshape(balance!, [1]), options.gating === "strictly_balanced" ? 0 : 1);
    return tf.concat1d([tf.reshape(y, [y.size]), loss as tf.Tensor1D]);
  };

function decide(options: MoeOptions, x: Float64Array, gate: Float64Array[]): DenseDecision {
  const { hiddenSize: width, numExperts, numExpertsPerToken: k, numGroups = 1, numGroupsPerToken = 1 } = options;
  const positions = x.length / width;
  const losses = { ...options, routerZLossWeight: options.routerZLossWeight ?? 0 };
  if (options.gating === "dense") return dense([x, gate[0]!], width, losses);
  if (options.gating === "strictly_balanced") {
    const m = Array.from(positionsPerExpert(positions, numExperts, k));
    return { gates: strictlyBalanced([x, gate[0]!], width, m), loss: 0 };
  }
  if (options.gating === "hierarchical") {
    const size = { width, groups: numGroups, groupsUsed: numGroupsPerToken, expertsUsed: k };
    const noise = {
      primary: gateNoise(0, positions * numGroups),
      secondary: gateNoise(1, (positions * numGroupsPerToken * numExperts) / numGroups),
    };
    return hierarchical([x, gate[0]!, gate[1]!, gate[2]!, gate[3]!], size, noise, losses);
  }
  return noisyTopK([x, gate[0]!, gate[1]!], width, k, gateNoise(0, positions * numExperts), losses);
}

const gateParameters = { noisy_top_k: 2, hierarchical: 4, strictly_balanced: 2, dense: 1 };

/** The layer as a sum over all experts: x + sigmoid(Σ gate · E(x) + shared expert). */
function definition(options: MoeOptions, x: Float64Array, ...parameters: Float64Array[]): Float64Array {
  const { hiddenSize: width, numExperts, expertActivation } = options;
  const gate = parameters.splice(0, gateParameters[options.gating ?? "noisy_top_k"]);
  const { gates, loss } = decide(options, x, gate);
  const perNetwork = expertActivation === "glu" ? 3 : 2;
  const run = (row: Float64Array, weights: Float64Array[], e: number, experts: number) => {
    const [inner, outer, opening] = weights.map((values) => part(values, e, experts));
    return opening === undefined ? expertDefinition(row, inner!, outer!) : gluDefinition(row, inner!, opening, outer!);
  };
  const routed = parameters.slice(0, perNetwork);
  const shared = parameters.slice(perNetwork);
  const out = new Float64Array(x.length + 1);
  for (let position = 0; position * width < x.length; position++) {
    const row = x.subarray(position * width, (position + 1) * width);
    const mixed = new Float64Array(width);
    let used = shared.length > 0;
    for (let e = 0; e < numExperts; e++) {
      const weight = gates[position * numExperts + e]!;
      used ||= weight > 0;
      run(row, routed, e, numExperts).forEach((value, i) => {
        mixed[i]! += weight * value;
      });
    }
    if (shared.length > 0) {
      run(row, shared, 0, 1).forEach((value, i) => {
        mixed[i]! += value;
      });
    }
    mixed.forEach((value, i) => {
      const output = options.output === "identity" ? value : used ? 1 / (1 + Math.exp(-value)) : 0;
      out[position * width + i] = row[i]! + output;
    });
  }
  out[x.length] = loss;
  return out;
}

const groups = { gating: "hierarchical", numExperts: 6, numGroups: 3, numGroupsPerToken: 2 } as const;
const cases: [what: string, positions: number, options: Partial<MoeOptions>][] = [
  ["noisy top-k", 6, {}],
  ["noisy top-k, experts without positions", 2, { numExperts: 7 }],
  ["noisy top-k, k = 1", 5, { numExpertsPerToken: 1 }],
  ["noisy top-k, importance loss alone", 5, { loadLossWeight: 0, routerZLossWeight: 0 }],
  ["noisy top-k, load loss alone", 5, { importanceLossWeight: 0, routerZLossWeight: 0 }],
  ["noisy top-k, k = n", 4, { numExperts: 3, numExpertsPerToken: 3 }],
  ["noisy top-k, one position", 1, {}],
  ["noisy top-k, gated linear units and a shared expert", 4, { expertActivation: "glu", sharedExpertHiddenSize: 2 }],
  ["noisy top-k, a shared expert, no sigmoid", 4, { sharedExpertHiddenSize: 3, output: "identity" }],
  ["hierarchical", 6, { ...groups, numExpertsPerToken: 1 }],
  ["hierarchical, importance loss alone", 5, { ...groups, loadLossWeight: 0, routerZLossWeight: 0 }],
  ["hierarchical, load loss alone", 5, { ...groups, importanceLossWeight: 0, routerZLossWeight: 0 }],
  ["hierarchical, groups and experts without positions", 1, { ...groups, numExperts: 9 }],
  ["hierarchical, all of each group", 5, { ...groups, numExpertsPerToken: 2 }],
  ["hierarchical, one group of each position", 4, { ...groups, numExperts: 9, numGroupsPerToken: 1 }],
  ["hierarchical, all groups, one position", 1, { ...groups, numGroupsPerToken: 3, numExpertsPerToken: 1 }],
  ["hierarchical, one group", 4, { gating: "hierarchical", numGroups: 1, numGroupsPerToken: 1 }],
  ["strictly balanced", 6, { gating: "strictly_balanced" }],
  ["strictly balanced, positions without experts", 7, { gating: "strictly_balanced", numExpertsPerToken: 1 }],
  ["strictly balanced, k = n", 3, { gating: "strictly_balanced", numExperts: 3, numExpertsPerToken: 3 }],
  ["strictly balanced, one position", 1, { gating: "strictly_balanced" }],
  ["dense", 5, { gating: "dense", numExperts: 3 }],
];

describe("the layer equals the sum over all experts, with every gradient", () => {
  it.each(cases)("%s (%i positions)", async (_, positions, changes) => {
    const options = { ...layerOptions, ...changes };
    await expectDefined(
      layerOp(options),
      layerOperands(options, positions),
      (x, ...parameters) => definition(options, x!, ...parameters),
      3e-5,
    );
  });
});

describe.skipIf(addon === undefined)("the native layer agrees with the composed one", () => {
  it.each(cases)("%s (%i positions)", async (_, positions, changes) => {
    const options = { ...layerOptions, ...changes };
    await expectNativeAgrees(addon!, layerOp(options), layerOp(options), layerOperands(options, positions), 3e-5);
  });
});

/** Outputs in evaluation of all rows together, then of each row alone. */
function evaluated(options: MoeOptions, operands: Operand[]): { together: Float32Array; alone: Float32Array } {
  return tf.tidy(() => {
    const [x, ...parameters] = operands.map(({ shape, values }) => tf.tensor(Float32Array.from(values), shape));
    const layer = layerOf(options, parameters);
    const output = (rows: tf.Tensor2D) => layer.apply(rows, ForwardContext.evaluation).output.dataSync<"float32">();
    const together = output(x as tf.Tensor2D);
    const alone = Float32Array.from(
      tf.split(x!, x!.shape[0]!).flatMap((row) => Array.from(output(row as tf.Tensor2D))),
    );
    return { together, alone };
  });
}

describe("evaluation", () => {
  const options = (gating: (typeof gatingKinds)[number]): MoeOptions => ({
    ...layerOptions,
    hiddenSize: 24,
    numExperts: 8,
    expertHiddenSize: 37,
    gating,
    numGroups: 4,
    numGroupsPerToken: 2,
    expertActivation: gating === "dense" ? "glu" : "relu",
    sharedExpertHiddenSize: gating === "hierarchical" ? 16 : 0,
  });
  /** Thresholds that some shares exceed and some don't. */
  const operandsOf = (o: MoeOptions) =>
    layerOperands(o, 19).map((given) =>
      given.shape.length === 1 ? { ...given, values: given.values.map(() => 0.125) } : given,
    );

  it.each(gatingKinds)("gives a position the same bits alone as among others: %s", async (gating) => {
    const outcomes = [evaluated(options(gating), operandsOf(options(gating)))];
    if (addon !== undefined) {
      outcomes.push(...(await onNative(addon, () => evaluated(options(gating), operandsOf(options(gating))))).flat());
    }
    for (const { together, alone } of outcomes) {
      expect(together.every(Number.isFinite)).toBe(true);
      expectSameBits(alone, together);
    }
  });

  it("leaves a position that no threshold lets through as it was", () => {
    const strict = options("strictly_balanced");
    const closed = operandsOf(strict).map((given) =>
      given.shape.length === 1 ? { ...given, values: given.values.map(() => 1) } : given,
    );
    expectSameBits(evaluated(strict, closed).together, Float32Array.from(closed[0]!.values));
  });
});

describe("balance of a layer", () => {
  it("is counted in training, and in evaluation when asked", () => {
    const options = { ...layerOptions, gating: "dense" as const };
    const [x, ...parameters] = layerOperands(options, 6).map(({ shape, values }) =>
      tf.tensor(Float32Array.from(values), shape),
    );
    const layer = layerOf(options, parameters);
    layer.apply(x as tf.Tensor2D, ForwardContext.evaluation);
    expect(layer.balance.load).toEqual(new Float64Array(4));
    layer.apply(x as tf.Tensor2D, trainingContext());
    expect(layer.balance.load).toEqual(new Float64Array(4).fill(6));
    layer.countsEvaluation = true;
    layer.apply(x as tf.Tensor2D, ForwardContext.evaluation);
    expect(layer.balance.load).toEqual(new Float64Array(4).fill(12));
    expect(layer.balance.importance.reduce((a, b) => a + b)).toBeCloseTo(12, 4);
  });
});
