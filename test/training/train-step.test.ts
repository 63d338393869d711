// Source of truth: gradients of the step's loss, taken directly: of all batches in one graph.
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import { ForwardContext } from "../../src/layers/forward-context.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import { Adam } from "../../src/optim/adam.ts";
import { trainStep } from "../../src/training/train-step.ts";
import { probeForTests } from "../backends/native-required.ts";
import { reverseBatch, toyOptions } from "../model/toy-model.ts";
import { wholeGradients } from "./whole-gradients.ts";

const moe = { ...toyOptions.moe!, importanceLossWeight: 1, loadLossWeight: 1 };
const batches = [3, 5].map((count) => reverseBatch(new Random(count), count));
const tokens = batches.reduce((sum, { targetOutput }) => sum + targetOutput.length, 0);
const step = { learningRate: 0.01, labelSmoothing: 0.1, seed: 7, pass: 4 };

/** Gradients of mean cross-entropy plus the balance losses of both batches' importance and load, by variable name. */
function stepGradients(model: Seq2Seq): tf.NamedTensorMap {
  const loss = (): tf.Scalar => {
    const statistics: tf.Tensor1D[][] = [];
    const costs = batches.map((batch, i) => {
      const own: tf.Tensor1D[] = [];
      statistics.push(own);
      const record = (vector: tf.Tensor1D) => {
        own.push(vector);
        return vector;
      };
      const context = ForwardContext.forTraining(step.seed, step.pass + i, { sumOverBatches: record });
      const { crossEntropy } = model.loss(batch, step.labelSmoothing, context);
      return tf.div<tf.Scalar>(tf.sum(tf.slice(crossEntropy, 0, 1)), tokens);
    });
    let call = 0;
    const summed = () => {
      const parts = statistics.map((own) => own[call]!);
      call++;
      return tf.addN(parts);
    };
    const { balance } = model.loss(
      batches[0]!,
      0,
      ForwardContext.forTraining(step.seed, step.pass, { sumOverBatches: summed }),
    );
    return tf.addN([...costs, ...balance]);
  };
  return tf.variableGrads(
    loss,
    model.parameters.map(({ variable }) => variable),
  ).grads;
}

describe.each([
  ["cpu", false],
  ["native", false],
  ["native", true],
] as const)("on %s, one table for embeddings and softmax: %s", (backend, oneTable) => {
  let model: Seq2Seq;
  beforeEach(async ({ skip }) => {
    const { usable, ...why } = await probeForTests(backend);
    if (!usable) skip(`${backend} is not here: ${JSON.stringify(why)}`);
    await selectBackend({ backend });
    const tables = { shareEmbeddings: oneTable, tieSoftmax: oneTable };
    model = new Seq2Seq({ ...toyOptions, ...tables, dropout: 0.1, moe }, { seed: 3 });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    model.dispose();
  });

  test("gradients, over their scale, are those of the loss with its balance losses, and so is the norm", () => {
    const expected = stepGradients(model);
    const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, maxGradNorm: 5 });
    const spy = vi.spyOn(optimizer, "step").mockImplementation((given, _rate, lossScale, rows) => {
      const gradients = wholeGradients(model, given, rows);
      for (const [name, gradient] of Object.entries(expected)) {
        const error = tf.max(tf.abs(tf.sub(tf.mul(gradients[name]!, lossScale!), gradient))).dataSync()[0]!;
        expect(error, name).toBeLessThan(1e-6);
      }
      return 0;
    });
    trainStep(model, optimizer, batches, step);
    expect(spy).toHaveBeenCalledOnce();
    spy.mockRestore();
    const { gradientNorm } = trainStep(model, optimizer, batches, step);
    const squares = Object.values(expected).map((gradient) => tf.sum(tf.square(gradient)).dataSync()[0]!);
    expect(gradientNorm).toBeCloseTo(Math.sqrt(squares.reduce((a, b) => a + b, 0)), 5);
    optimizer.dispose();
  });

  test("leaves no tensor behind", () => {
    const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, maxGradNorm: 5 });
    trainStep(model, optimizer, batches, step);
    const before = tf.memory().numTensors;
    trainStep(model, optimizer, batches, step);
    expect(tf.memory().numTensors).toBe(before);
    optimizer.dispose();
  });

  test("the gradient that reaches cross-entropy is exactly 1, which needs no scaling pass", () => {
    const upstream: number[][] = [];
    const loss = model.loss.bind(model);
    vi.spyOn(model, "loss").mockImplementation((...args) => {
      const result = loss(...args);
      const watch = tf.customGrad((x) => ({
        value: (x as tf.Tensor).clone(),
        gradFunc: (dy: tf.Tensor) => {
          upstream.push([...dy.dataSync()]);
          return dy.clone();
        },
      }));
      return { ...result, crossEntropy: watch(result.crossEntropy) as tf.Tensor1D };
    });
    const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, maxGradNorm: 5 });
    trainStep(model, optimizer, batches, step);
    expect(upstream).toEqual([
      [1, 0],
      [1, 0],
    ]);
    optimizer.dispose();
  });
});
