// Source of truth: steps from gradients, the experts' by the factored step and all others' by Adam.
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import type { ExpertOptimizer } from "../../src/config/choices.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import { createOptimizer } from "../../src/optim/create-optimizer.ts";
import { type Optimizer, type OptimizerState, stateBytes } from "../../src/optim/optimizer.ts";
import { trainStep } from "../../src/training/train-step.ts";
import { probeForTests } from "../backends/native-required.ts";
import { reverseBatch, toyOptions } from "../model/toy-model.ts";

const moe = { ...toyOptions.moe!, sharedExpertHiddenSize: 8 };
const batch = reverseBatch(new Random(5), 4);
const newModel = () => new Seq2Seq({ ...toyOptions, dropout: 0.1, moe }, { seed: 3 });

function newOptimizer(model: Seq2Seq, expertOptim: ExpertOptimizer, stored?: OptimizerState, steps = 0): Optimizer {
  const adam = { beta1: 0.9, beta2: 0.98, epsilon: 1e-6, maxGradNorm: 1 };
  return createOptimizer(model.parameters, { ...adam, expertOptim }, stored, steps);
}

const step = (model: Seq2Seq, optimizer: Optimizer, pass: number) =>
  trainStep(model, optimizer, [batch], { learningRate: 0.01, labelSmoothing: 0.1, seed: 7, pass });

const values = (variables: { variable: tf.Variable }[]) => variables.map(({ variable }) => [...variable.dataSync()]);

/** An optimiser that is never asked to take part in a backward pass. */
function fromGradients(optimizer: Optimizer): Optimizer {
  return {
    step: (...args) => optimizer.step(...args),
    expertUpdate: () => undefined,
    rowGradients: () => undefined,
    state: () => optimizer.state(),
    dispose: () => optimizer.dispose(),
  };
}

describe.each(["cpu", "native"] as const)("on %s", (backend) => {
  beforeEach(async ({ skip }) => {
    const { usable, ...why } = await probeForTests(backend);
    if (!usable) skip(`${backend} is not here: ${JSON.stringify(why)}`);
    await selectBackend({ backend });
  });
  afterEach(() => tf.disposeVariables());

  test("steps are the same whether experts are updated from gradients or within the backward pass", () => {
    const [one, other] = [newModel(), newModel()];
    const [within, after] = [newOptimizer(one, "factored_adam"), fromGradients(newOptimizer(other, "factored_adam"))];
    for (let pass = 0; pass < 3; pass++) {
      const [a, b] = [step(one, within, pass), step(other, after, pass)];
      expect(a.smoothedLoss).toBeCloseTo(b.smoothedLoss, 4);
      expect(a.gradientNorm).toBeCloseTo(b.gradientNorm, 5);
    }
    const [inner, outer] = [values(one.parameters), values(other.parameters)];
    const expected = outer.flat();
    const errors = inner.flat().map((value, i) => Math.abs(value - expected[i]!));
    expect(errors.reduce((a, b) => Math.max(a, b))).toBeLessThan(5e-6);
  });

  test("the norm is of all gradients, as Adam's is", () => {
    const [one, other] = [newModel(), newModel()];
    const { gradientNorm } = step(one, newOptimizer(one, "factored_adam"), 0);
    expect(gradientNorm).toBeCloseTo(step(other, newOptimizer(other, "adam"), 0).gradientNorm, 4);
  });

  test("goes on from a checkpoint's moments as if it had never stopped", () => {
    const [one, other] = [newModel(), newModel()];
    const unbroken = newOptimizer(one, "factored_adam");
    let broken = newOptimizer(other, "factored_adam");
    for (let pass = 0; pass < 4; pass++) {
      step(one, unbroken, pass);
      step(other, broken, pass);
      if (pass !== 1) continue;
      const stored = broken
        .state()
        .map(
          ({ name, variable }) =>
            [name, { shape: variable.shape, data: variable.dataSync<"float32">().slice() }] as const,
        );
      broken.dispose();
      broken = newOptimizer(other, "factored_adam", new Map(stored), 2);
    }
    expect(values(other.parameters)).toEqual(values(one.parameters));
  });

  test("keeps a row and a column for each expert matrix, and two numbers for each other parameter", () => {
    const model = newModel();
    const bytes = model.parameters.map(({ variable, expertMatrices }) => {
      const [experts, rows, columns] = variable.shape as [number, number, number];
      return expertMatrices ? 4 * experts * (rows + columns) : 8 * variable.size;
    });
    expect(bytes.filter((_, i) => model.parameters[i]!.expertMatrices)).toHaveLength(8);
    expect(stateBytes(newOptimizer(model, "factored_adam"))).toBe(bytes.reduce((sum, size) => sum + size, 0));
    expect(stateBytes(newOptimizer(model, "adam"))).toBe(8 * model.parameterCount);
  });

  test("a loss that isn't finite changes nothing", () => {
    const model = newModel();
    const optimizer = newOptimizer(model, "factored_adam");
    const softmax = model.parameters.find(({ variable }) => variable.shape[0] === toyOptions.vocabularySize)!;
    softmax.variable.assign(tf.fill(softmax.variable.shape, Number.POSITIVE_INFINITY));
    const before = values(model.parameters);
    expect(step(model, optimizer, 0).smoothedLoss).toBeNaN();
    expect(values(model.parameters)).toEqual(before);
    expect(
      values(optimizer.state())
        .flat()
        .every((moment) => moment === 0),
    ).toBe(true);
  });
});
