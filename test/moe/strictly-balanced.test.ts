/** Source of truth: Shazeer et al. 2017, appendix F: the counts of the training mask, and the minimum of L_batchwise, a quantile. */
import * as tf from "@tensorflow/tfjs";
import { beforeEach, describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { ForwardContext } from "../../src/layers/forward-context.ts";
import {
  batchwiseMask,
  choicesOf,
  maskAgreement,
  positionsPerExpert,
  thresholdMask,
} from "../../src/moe/batchwise-mask.ts";
import type { MoeLayer, MoeOptions } from "../../src/moe/moe-layer.ts";
import { thresholdLoss } from "../../src/moe/threshold-loss.ts";
import { expectClose, normals, numericGradient } from "../ops/finite-differences.ts";
import { softmax } from "./gating-definition.ts";
import { layerOf, layerOperands, layerOptions, trainingContext } from "./toy-layer.ts";

beforeEach(async () => {
  await selectBackend({ backend: "cpu" });
});

/** Gσ [positions · experts], some experts being much liked. */
function sharesOf(positions: number, numExperts: number, stream = 1): Float32Array {
  const logits = normals(stream, positions * numExperts);
  return Float32Array.from(
    Array.from({ length: positions }, (_, p) =>
      softmax(Array.from({ length: numExperts }, (_, e) => logits[p * numExperts + e]! + e / numExperts)),
    ).flat(),
  );
}

function countByExpert(mask: Uint8Array, numExperts: number): number[] {
  const counts = new Array<number>(numExperts).fill(0);
  mask.forEach((chosen, i) => {
    counts[i % numExperts]! += chosen;
  });
  return counts;
}

describe("the training mask", () => {
  it.each([
    [64, 16, 4],
    [7, 4, 1],
    [5, 3, 2],
    [3, 8, 1],
    [1, 4, 2],
    [6, 3, 3],
  ])("%i positions, %i experts, k = %i: gives each expert its m positions", (positions, numExperts, k) => {
    const m = Array.from(positionsPerExpert(positions, numExperts, k));
    expect(m.reduce((a, b) => a + b)).toBe(k * positions);
    expect(Math.max(...m) - Math.min(...m)).toBeLessThanOrEqual(1);
    const mask = batchwiseMask(sharesOf(positions, numExperts), numExperts, k);
    expect(countByExpert(mask, numExperts)).toEqual(m);
    const tied = batchwiseMask(new Float32Array(positions * numExperts).fill(1 / numExperts), numExperts, k);
    expect(countByExpert(tied, numExperts)).toEqual(m);
  });

  it("takes the positions that value the expert most, the earlier of equal ones", () => {
    const shares = Float32Array.of(0.3, 0.7, 0.6, 0.4, 0.6, 0.4, 0.1, 0.9);
    expect(Array.from(batchwiseMask(shares, 2, 1))).toEqual([0, 1, 1, 0, 1, 0, 0, 1]);
    const tied = Float32Array.of(0.5, 0.5, 0.5, 0.5);
    expect(Array.from(batchwiseMask(tied, 2, 1))).toEqual([1, 1, 0, 0]);
  });

  it("is listed position by position", () => {
    const { starts, experts } = choicesOf(Uint8Array.of(0, 1, 1, 0, 0, 0, 1, 0, 0), 3);
    expect(Array.from(starts)).toEqual([0, 2, 2, 3]);
    expect(Array.from(experts)).toEqual([1, 2, 0]);
  });
});

describe("a layer in training", () => {
  const options: MoeOptions = { ...layerOptions, gating: "strictly_balanced", numExperts: 5 };
  const positions = 23;
  const layer = () => {
    const [x, ...parameters] = layerOperands(options, positions).map(({ shape, values }) =>
      tf.tensor(Float32Array.from(shape.length === 1 ? values.map(() => 0.2) : values), shape),
    );
    const layer = layerOf(options, parameters);
    return { layer, apply: (context: ForwardContext) => layer.apply(x as tf.Tensor2D, context) };
  };

  it("gives every expert exactly its m positions", () => {
    const { layer: strict, apply } = layer();
    apply(trainingContext());
    expect(Array.from(strict.balance.load)).toEqual(Array.from(positionsPerExpert(positions, 5, 2)));
  });

  it("reports the share of choices that inference would make too", () => {
    const { layer: strict, apply } = layer();
    const chosen: Set<number>[] = [];
    strict.observer = ({ experts, starts }) => {
      const pairs = new Set<number>();
      for (let position = 0; position < positions; position++) {
        for (let i = starts![position]!; i < starts![position + 1]!; i++) pairs.add(position * 5 + experts[i]!);
      }
      chosen.push(pairs);
    };
    apply(trainingContext());
    apply(ForwardContext.evaluation);
    const [training, inference] = chosen as [Set<number>, Set<number>];
    const both = [...training].filter((pair) => inference.has(pair)).length;
    const { choiceAgreement } = strict.balance.report();
    expect(choiceAgreement).toBe(both / new Set([...training, ...inference]).size);
    expect(choiceAgreement).toBeGreaterThan(0.2);
    expect(choiceAgreement).toBeLessThan(0.95);
  });
});

describe("L_batchwise", () => {
  const [positions, numExperts, k] = [400, 8, 2];
  const shares = sharesOf(positions, numExperts);
  const chosen = batchwiseMask(shares, numExperts, k);
  const m = Array.from(positionsPerExpert(positions, numExperts, k));

  const lossOf = (thresholds: tf.Tensor) => {
    const aboveThreshold = thresholdMask(shares, thresholds.dataSync<"float32">());
    return thresholdLoss(thresholds as tf.Tensor1D, shares, { chosen, aboveThreshold }, trainingContext());
  };

  /** Σ (M_threshold − M_batchwise) · (Gσ − T) / positions, and its smallest term. */
  function defined(thresholds: Float64Array): { loss: number; least: number } {
    let [loss, least] = [0, Number.POSITIVE_INFINITY];
    shares.forEach((share, i) => {
      const distance = share - thresholds[i % numExperts]!;
      const term = ((distance > 0 ? 1 : 0) - chosen[i]!) * distance;
      loss += term / positions;
      least = Math.min(least, term);
    });
    return { loss, least };
  }

  it("is as defined, no term negative, with dL/dT = (m − #{above T}) / positions", () => {
    const thresholds = Float64Array.from({ length: numExperts }, (_, e) => Math.fround(0.03 + e / 20));
    const tensor = tf.tensor1d(Float32Array.from(thresholds));
    const { loss, least } = defined(thresholds);
    expect(least).toBeGreaterThanOrEqual(0);
    expectClose(lossOf(tensor).dataSync(), [loss], 1e-6);
    const gradient = tf.grad(lossOf)(tensor).dataSync();
    const counts = countByExpert(thresholdMask(shares, Float32Array.from(thresholds)), numExperts);
    expectClose(
      gradient,
      counts.map((count, e) => (m[e]! - count) / positions),
      1e-6,
    );
    expectClose(
      gradient,
      numericGradient(() => defined(thresholds).loss, thresholds, 1e-9),
      1e-5,
    );
  });

  it("leads each threshold to the quantile that lets m positions through", () => {
    const thresholds = tf.variable(tf.fill([numExperts], 1 / numExperts));
    const gradient = tf.grad(lossOf);
    for (let step = 0; step < 300; step++) {
      tf.tidy(() => thresholds.assign(tf.sub(thresholds, tf.mul(gradient(thresholds), 0.5 / (1 + step / 20)))));
    }
    const mask = thresholdMask(shares, thresholds.dataSync<"float32">());
    countByExpert(mask, numExperts).forEach((count, e) => {
      expect(Math.abs(count - m[e]!)).toBeLessThanOrEqual(2);
    });
    const differences = mask.reduce((sum, chosenAlone, i) => sum + Math.abs(chosenAlone - chosen[i]!), 0);
    expect(differences / (k * positions)).toBeLessThan(0.02);
    const { both, either } = maskAgreement(chosen, mask);
    expect(either - both).toBe(differences);
    expect(both / either).toBeGreaterThan(0.98);
    expect(lossOf(thresholds).dataSync()[0]).toBeLessThan(1e-4);
  });
});

describe("calibrating", () => {
  const options: MoeOptions = { ...layerOptions, gating: "strictly_balanced", numExperts: 8, importanceLossWeight: 0 };
  const evaluated = [31, 18].map((positions, i) => layerOperands(options, positions, 7 + i)[0]!);
  const positions = 31 + 18;

  /** Positions of each expert in evaluation. */
  function taken(layer: MoeLayer): number[] {
    const counts = new Array<number>(options.numExperts).fill(0);
    layer.observer = ({ experts }) => {
      for (const expert of experts) counts[expert]!++;
    };
    tf.tidy(() => {
      for (const { values, shape } of evaluated) {
        layer.apply(tf.tensor2d(Float32Array.from(values), shape as [number, number]), ForwardContext.evaluation);
      }
    });
    return counts;
  }

  function layerWith(given: tf.Tensor, k = options.numExpertsPerToken): { layer: MoeLayer; thresholds: tf.Variable } {
    const parameters = layerOperands(options, 1)
      .slice(1)
      .map(({ values, shape }) => tf.variable(tf.tensor(Float32Array.from(values), shape)));
    const thresholds = parameters[1]!;
    thresholds.assign(given);
    return { layer: layerOf({ ...options, numExpertsPerToken: k }, parameters), thresholds };
  }

  it("gives each expert the positions of training, whatever its threshold was", () => {
    const { layer, thresholds } = layerWith(tf.tensor1d([-0.1, 0, 0.2, 0.3, 0.3, 0.3, 0.4, 0.9]));
    const end = layer.calibrate()!;
    taken(layer);
    end();
    const m = Math.round((positions * options.numExpertsPerToken) / options.numExperts);
    expect(taken(layer)).toEqual(Array.from({ length: options.numExperts }, () => m));
    // Nothing is gathered any more, and without text nothing changes.
    const after = thresholds.dataSync().slice();
    layer.calibrate()!();
    expect(thresholds.dataSync()).toEqual(after);
  });

  it("takes every position where k = n", () => {
    const { layer, thresholds } = layerWith(tf.fill([options.numExperts], -1), options.numExperts);
    const end = layer.calibrate()!;
    taken(layer);
    end();
    expect(taken(layer)).toEqual(Array.from({ length: options.numExperts }, () => positions));
    expect(thresholds.dataSync()[0]).toBe(-1);
  });

  it("asks for text that gives each expert 4,000 positions, and for less where that is too much to keep", () => {
    const wanted = (numExperts: number, numExpertsPerToken: number) => {
      const each = { ...options, numExperts, numExpertsPerToken };
      const parameters = layerOperands(each, 1).slice(1);
      const tensors = parameters.map(({ values, shape }) => tf.tensor(Float32Array.from(values), shape));
      return layerOf(each, tensors).calibrationPositions;
    };
    expect(wanted(16, 2)).toBe(32000);
    expect(wanted(64, 4)).toBe(64000);
    expect(wanted(512, 1)).toBe(2 ** 25 / 512);
  });

  it("is not for gates without thresholds", () => {
    const parameters = layerOperands(layerOptions, 1).slice(1);
    const tensors = parameters.map(({ values, shape }) => tf.tensor(Float32Array.from(values), shape));
    const layer = layerOf(layerOptions, tensors);
    expect(layer.calibrate()).toBeUndefined();
    expect(layer.calibrationPositions).toBe(0);
  });
});
