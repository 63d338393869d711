/**
 * Source of truth: a batch in one piece. Cut into the batches of one accumulated step it has the same losses and gradients,
 * because balance losses are of the sums of the parts' importance and load.
 */
import * as tf from "@tensorflow/tfjs";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import type { GatingKind } from "../../src/config/choices.ts";
import { packBatch } from "../../src/data/batches/batch.ts";
import type { SentencePair } from "../../src/data/shards/shard.ts";
import { LanguageModel } from "../../src/model/language-model.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import type { TrainableModel } from "../../src/model/trainable-model.ts";
import { Adam } from "../../src/optim/adam.ts";
import { type TrainStepResult, trainStep } from "../../src/training/train-step.ts";
import { probeForTests } from "../backends/native-required.ts";
import { countingTexts, markers, reversePairs, toyOptions } from "../model/toy-model.ts";
import { expectClose, normals } from "../ops/finite-differences.ts";
import { wholeGradients } from "./whole-gradients.ts";

/** Noise that is the same for every row, so that it does not depend on how rows are cut. */
vi.mock("../../src/ops/normal-noise.ts", () => ({
  normalNoise: (_: unknown, [rows, columns]: [number, number]) => {
    const row = Float32Array.from(normals(77, columns, 0.3));
    return tf.tile(tf.tensor2d(row, [1, columns]), [rows, 1]);
  },
}));

const moeOf = (gating: GatingKind) => ({
  ...toyOptions.moe!,
  gating,
  numExperts: 12,
  ...(gating === "hierarchical" ? { numGroups: 3, numGroupsPerToken: 2, numExpertsPerToken: 1 } : {}),
  importanceLossWeight: 0.7,
  loadLossWeight: 0.9,
  routerZLossWeight: 0.2,
});

/** Gates start at zero, where every position would choose alike; these see more in the position than in the noise. */
function withRandomGates(model: TrainableModel): TrainableModel {
  model.parameters.forEach(({ name, variable }, i) => {
    if (!/gate\..*weights/.test(name)) return;
    variable.assign(
      tf.tensor(Float32Array.from(normals(i, variable.size, name.includes("noise") ? 0.5 : 6)), variable.shape),
    );
  });
  return model;
}

const translationModel = (gating: GatingKind) =>
  withRandomGates(new Seq2Seq({ ...toyOptions, weightRange: 1, moe: moeOf(gating) }, { seed: 3 }));
const languageModel = (gating: GatingKind) =>
  withRandomGates(
    new LanguageModel({ ...toyOptions, layers: 2, expertLayers: 1, moe: moeOf(gating), moeAfter: [1] }, { seed: 3 }),
  );

const pairs = reversePairs(new Random(4), 8, 12, 5);
const texts = countingTexts(new Random(4), 8);

interface Outcome {
  result: TrainStepResult;
  /** Of the mean loss, by parameter name. */
  gradients: Map<string, Float32Array>;
}

/** A step over the pairs, cut into batches of `sizes` pairs. */
function accumulated(model: TrainableModel, pairs: SentencePair[], sizes: number[]): Outcome {
  const starts = sizes.map((_, part) => sizes.slice(0, part).reduce((a, b) => a + b, 0));
  const batches = sizes.map((size, part) => packBatch(pairs.slice(starts[part]!, starts[part]! + size), markers));
  const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, maxGradNorm: 5 });
  const gradients = new Map<string, Float32Array>();
  vi.spyOn(optimizer, "step").mockImplementation((given, _rate, lossScale, rows) => {
    const whole = wholeGradients(model, given, rows);
    for (const { name, variable } of model.parameters) {
      const gradient = tf.mul(whole[variable.name]!, lossScale!).dataSync<"float32">();
      gradients.set(name, gradient);
    }
    return 0;
  });
  const result = trainStep(model, optimizer, batches, { learningRate: 0.01, labelSmoothing: 0.1, seed: 7, pass: 4 });
  optimizer.dispose();
  return { result, gradients };
}

const models: [name: string, create: () => TrainableModel, pairs: SentencePair[]][] = [
  ["noisy top-k", () => translationModel("noisy_top_k"), pairs],
  ["hierarchical", () => translationModel("hierarchical"), pairs],
  ["dense", () => translationModel("dense"), pairs],
  ["a language model, noisy top-k", () => languageModel("noisy_top_k"), texts],
];

const cuts = [
  [5, 3],
  [1, 4, 1, 2],
];

describe.each(["cpu", "native"] as const)("on %s", (backend) => {
  beforeEach(async ({ skip }) => {
    const { usable, ...why } = await probeForTests(backend);
    if (!usable) skip(`${backend} is not here: ${JSON.stringify(why)}`);
    await selectBackend({ backend });
  });

  test.each(models)("two and four ragged parts have the losses and gradients of the whole: %s", (_, create, pairs) => {
    const model = create();
    const whole = accumulated(model, pairs, [pairs.length]);
    for (const sizes of cuts) {
      const parts = accumulated(model, pairs, sizes);
      for (const sum of ["smoothedLoss", "negativeLogLikelihood", "balanceLoss", "targetTokens"] as const) {
        expectClose([parts.result[sum]], [whole.result[sum]], 1e-5);
      }
      for (const [name, gradient] of parts.gradients) {
        expect(
          gradient.some((value) => value !== 0),
          name,
        ).toBe(true);
        expectClose(gradient, whole.gradients.get(name)!, 2e-5);
      }
    }
    model.dispose();
  });
});

describe("what the sums are of", () => {
  beforeEach(async () => {
    await selectBackend({ backend: "cpu" });
  });

  test("parts take no position to some expert that the whole uses, and alone would have other losses", () => {
    const model = translationModel("noisy_top_k");
    const [layer] = model.moeLayers;
    const run = (some: SentencePair[]) => {
      layer!.balance.reset();
      const { balanceLoss } = accumulated(model, some, [some.length]).result;
      return { load: Array.from(layer!.balance.load), balanceLoss };
    };
    const whole = run(pairs);
    const parts = [pairs.slice(0, 1), pairs.slice(1, 5), pairs.slice(5, 6), pairs.slice(6)].map(run);
    const misses = ({ load }: typeof whole) => whole.load.some((count, expert) => count > 0 && load[expert] === 0);
    expect(parts.some(misses)).toBe(true);
    for (const { balanceLoss } of parts) expect(Math.abs(whole.balanceLoss - balanceLoss)).toBeGreaterThan(0.01);
    model.dispose();
  });

  test("gates that balance each batch by itself: the same batch twice has the losses and gradients of one", () => {
    const model = translationModel("strictly_balanced");
    const once = accumulated(model, pairs, [pairs.length]);
    const twice = accumulated(model, [...pairs, ...pairs], [pairs.length, pairs.length]);
    expect(once.result.balanceLoss).toBeGreaterThan(0.01);
    expectClose([twice.result.balanceLoss], [once.result.balanceLoss], 1e-5);
    for (const [name, gradient] of twice.gradients) expectClose(gradient, once.gradients.get(name)!, 2e-5);
    model.dispose();
  });

  test("every position is counted once", () => {
    const model = translationModel("noisy_top_k");
    accumulated(model, pairs, [5, 3]);
    const [layer] = model.moeLayers;
    const positions = pairs.reduce((sum, { source }) => sum + source.length, 0);
    expect(layer!.balance.load.reduce((a, b) => a + b)).toBe(2 * positions);
    model.dispose();
  });

  test("batches are run once where no loss needs sums: without weights, under strict balance, or alone", () => {
    const unweighted = { ...moeOf("noisy_top_k"), importanceLossWeight: 0, loadLossWeight: 0 };
    const cases: [model: TrainableModel, sizes: number[], runs: number][] = [
      [new Seq2Seq({ ...toyOptions, moe: unweighted }, { seed: 3 }), [5, 3], 0],
      [translationModel("strictly_balanced"), [5, 3], 0],
      [translationModel("noisy_top_k"), [8], 0],
      [translationModel("noisy_top_k"), [5, 3], 2],
    ];
    for (const [model, sizes, runs] of cases) {
      const route = vi.spyOn(model, "route");
      accumulated(model, pairs, sizes);
      expect(route).toHaveBeenCalledTimes(runs);
      model.dispose();
    }
  });
});
