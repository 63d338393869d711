// Source of truth: the loss's own sums, and the layers of appendix C; losses and gradients are held to the definition in definition.test.ts.
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import { packBatch } from "../../src/data/batches/batch.ts";
import { ForwardContext } from "../../src/layers/forward-context.ts";
import { LanguageModel } from "../../src/model/language-model.ts";
import type { LanguageModelOptions } from "../../src/model/options.ts";
import { Adam } from "../../src/optim/adam.ts";
import { trainStep } from "../../src/training/train-step.ts";
import { countingTexts, markers, toyOptions } from "./toy-model.ts";

beforeAll(async () => {
  await selectBackend({ backend: "cpu" });
});

const options: LanguageModelOptions = {
  vocabularySize: 12,
  markers,
  embeddingSize: 8,
  hiddenSize: 8,
  tieSoftmax: false,
  dropout: 0,
  embeddingDeviation: 1,
  forgetBias: 1,
  weightRange: undefined,
  moe: { ...toyOptions.moe!, importanceLossWeight: 0.1, loadLossWeight: 0.1 },
  layers: 2,
  moeAfter: [1],
  expertLayers: 1,
};
const batchOf = (seed: number, count: number) => packBatch(countingTexts(new Random(seed), count), markers);

describe("LanguageModel", () => {
  test("has the layers of appendix C under these names and shapes", () => {
    const model = new LanguageModel(options, { seed: 3 });
    expect(model.parameters.map(({ name, variable }) => [name, variable.shape])).toEqual([
      ["embedding", [12, 8]],
      ["lstm1.input_weights", [8, 32]],
      ["lstm1.recurrent_weights", [8, 32]],
      ["lstm1.bias", [32]],
      ["lstm2.input_weights", [8, 32]],
      ["lstm2.recurrent_weights", [8, 32]],
      ["lstm2.bias", [32]],
      ["moe1.gate.weights", [8, 4]],
      ["moe1.gate.noise_weights", [8, 4]],
      ["moe1.experts.inner", [4, 8, 8]],
      ["moe1.experts.outer", [4, 8, 8]],
      ["output.weights", [12, 8]],
      ["output.bias", [12]],
    ]);
    expect(model.moeLayers.map(({ name }) => name)).toEqual(["moe1"]);
    model.dispose();
  });

  test("scores of a text sum up to its loss, whatever is scored with it", async () => {
    const model = new LanguageModel({ ...options, weightRange: 0.8 }, { seed: 5 });
    const pairs = [...countingTexts(new Random(1), 5), { source: new Int32Array(0), target: new Int32Array(0) }];
    const texts = pairs.map(({ target }) => target);
    const { tokens } = await model.forceScore(texts);
    for (const [i, text] of texts.entries()) {
      expect(tokens[i]).toHaveLength(text.length + 1);
      expect((await model.forceScore([text])).tokens[0]).toEqual(tokens[i]);
      const batch = packBatch([pairs[i]!], markers);
      const nll = tf.tidy(() => model.loss(batch, 0, ForwardContext.evaluation).crossEntropy.dataSync()[1]!);
      const sum = tokens[i]!.reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(-nll, 4);
    }
    model.dispose();
  });

  test("no position sees what comes after it", async () => {
    const model = new LanguageModel({ ...options, weightRange: 0.8 }, { seed: 5 });
    const [text, other] = [Int32Array.of(4, 5, 6, 7), Int32Array.of(4, 5, 9, 8)];
    const [a, b] = (await model.forceScore([text, other])).tokens;
    expect(a!.subarray(0, 2)).toEqual(b!.subarray(0, 2));
    expect(a![3]).not.toBe(b![3]);
    model.dispose();
  });

  test("an expert layer that starts at zero output and has no sigmoid is the identity", async () => {
    const moe = { ...options.moe!, output: "identity", expertOutputInit: 0 } as const;
    const [sparse, dense] = [moe, undefined].map((moe) => new LanguageModel({ ...options, moe }, { seed: 3 }));
    const text = [Int32Array.of(4, 7, 5)];
    expect(await sparse!.forceScore(text)).toEqual(await dense!.forceScore(text));
    sparse!.dispose();
    dense!.dispose();
  });

  test("training lowers perplexity on texts that count upwards, and leaks no tensors", () => {
    const model = new LanguageModel(options, { seed: 3 });
    const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, maxGradNorm: 5 });
    const perplexities: number[] = [];
    let tensors = 0;
    for (let pass = 0; pass < 30; pass++) {
      const step = { learningRate: 0.02, labelSmoothing: 0, seed: 1, pass };
      const { negativeLogLikelihood, targetTokens } = trainStep(model, optimizer, [batchOf(pass, 8)], step);
      perplexities.push(Math.exp(negativeLogLikelihood / targetTokens));
      if (pass === 0) tensors = tf.memory().numTensors;
    }
    expect(tf.memory().numTensors).toBe(tensors);
    expect(perplexities.at(-1)!).toBeLessThan(perplexities[0]! / 2);
    optimizer.dispose();
    model.dispose();
  });
});
