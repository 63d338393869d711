// Source of truth: the meaning of a training step; losses and gradients themselves are held to the model's definition in definition.test.ts.
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import { packBatch } from "../../src/data/batches/batch.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import { Adam } from "../../src/optim/adam.ts";
import { trainStep } from "../../src/training/train-step.ts";
import { markers, reverseBatch, reversePairs, toyOptions } from "./toy-model.ts";

beforeAll(async () => {
  await selectBackend({ backend: "cpu" });
});

describe("Seq2Seq", () => {
  test("training lowers the loss of a reverse task", () => {
    const model = new Seq2Seq(toyOptions, { seed: 3 });
    const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, maxGradNorm: 5 });
    const random = new Random(1);
    const losses: number[] = [];
    for (let pass = 0; pass < 40; pass++) {
      const options = { learningRate: 0.02, labelSmoothing: 0, seed: 1, pass };
      const result = trainStep(model, optimizer, [reverseBatch(random, 8)], options);
      losses.push(result.negativeLogLikelihood / result.targetTokens);
    }
    const mean = (from: number) => losses.slice(from, from + 5).reduce((sum, loss) => sum + loss, 0) / 5;
    expect(mean(35)).toBeLessThan(mean(0) * 0.85);
    model.dispose();
  });

  test("a step leaks no tensors", () => {
    const model = new Seq2Seq(toyOptions, { seed: 3 });
    const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, maxGradNorm: 5 });
    const step = (pass: number) =>
      trainStep(model, optimizer, [reverseBatch(new Random(pass), 4)], {
        learningRate: 0.01,
        labelSmoothing: 0.1,
        seed: 1,
        pass,
      });
    step(0);
    const before = tf.memory().numTensors;
    step(1);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  test("a step over two accumulated batches equals the step over one batch of both, for a dense model", () => {
    const pairs = reversePairs(new Random(4), 6, 12, 5);
    const updated = (split: number) => {
      const model = new Seq2Seq({ ...toyOptions, moe: undefined }, { seed: 3 });
      const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.98, epsilon: 1e-3, maxGradNorm: 1 });
      const batches = [pairs.slice(0, split), pairs.slice(split)].filter((part) => part.length > 0);
      const options = { learningRate: 0.1, labelSmoothing: 0.1, seed: 1, pass: 0 };
      trainStep(
        model,
        optimizer,
        batches.map((batch) => packBatch(batch, markers)),
        options,
      );
      const values = model.parameters.flatMap(({ variable }) => [...variable.dataSync()]);
      model.dispose();
      return values;
    };
    const whole = updated(6);
    updated(2).forEach((value, i) => {
      expect(Math.abs(value - whole[i]!)).toBeLessThan(2e-4);
    });
  });
});
