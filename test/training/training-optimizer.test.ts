/**
 * Source of truth: Adam (Kingma & Ba 2015, algorithm 1) behind clipping by the norm of all gradients (Pascanu et al. 2013), and the factored
 * Adam of Shazeer et al. 2017, appendix D, each in plain double-precision loops; rates by hand. Every key of a configuration differs from
 * every other and from its default.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { probeBackend, selectBackend } from "../../src/backends/select.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import type { Optimizer } from "../../src/optim/optimizer.ts";
import { runTraining } from "../../src/training/run-training.ts";
import { trainingOptimizer } from "../../src/training/training-optimizer.ts";
import { toyWordpieces } from "../cli/toy-model-directory.ts";
import { normals } from "../ops/finite-differences.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-optimizer-"));
afterAll(() => rmSync(folder, { recursive: true }));

const settings = { adam_beta1: 0.7, adam_beta2: 0.85, adam_epsilon: 0.05, max_grad_norm: 1.5 };
const { adam_beta1: beta1, adam_beta2: beta2, adam_epsilon: epsilon, max_grad_norm: limit } = settings;

function configOf(change: Partial<ConfigInput>) {
  return resolveConfig({
    save_model: "x",
    data: { a: { path_src: "s", path_tgt: "t" } },
    train_steps: 1,
    ...settings,
    ...change,
  });
}

const shapes: Record<string, number[]> = { first: [5], second: [2, 3], experts: [2, 3, 4] };
const sizeOf = (name: string) => shapes[name]!.reduce((a, b) => a * b);
/** By step: long gradients, short ones, long ones again. */
const lengths = [3, 0.1, 2, 0.3];
const rates = [0.1, 0.2, 0.05, 0.1];
const gradient = (name: string, step: number) =>
  [...normals(step * 10 + name.length, sizeOf(name))].map((value) => value * lengths[step]!);
const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

type Values = Record<string, number[]>;
const initial = (): Values =>
  Object.fromEntries(Object.keys(shapes).map((name) => [name, [...normals(name.length, sizeOf(name))]]));

/** Adam on the named parameters, clipped together. */
function adam(names: string[], values: Values): void {
  const first: Values = Object.fromEntries(names.map((name) => [name, new Array(sizeOf(name)).fill(0)]));
  const second: Values = structuredClone(first);
  for (let step = 0; step < lengths.length; step++) {
    const length = norm(names.flatMap((name) => gradient(name, step)));
    const scale = Math.min(1, limit / length);
    for (const name of names) {
      gradient(name, step).forEach((given, i) => {
        const g = given * scale;
        first[name]![i] = beta1 * first[name]![i]! + (1 - beta1) * g;
        second[name]![i] = beta2 * second[name]![i]! + (1 - beta2) * g * g;
        const m = first[name]![i]! / (1 - beta1 ** (step + 1));
        const v = second[name]![i]! / (1 - beta2 ** (step + 1));
        values[name]![i]! -= (rates[step]! * m) / (Math.sqrt(v) + epsilon);
      });
    }
  }
}

/** The factored step on the matrices of `experts`, each clipped alone. */
function factored(values: Values): void {
  const [matrices, rows, columns] = shapes["experts"]! as [number, number, number];
  for (let matrix = 0; matrix < matrices; matrix++) {
    const r = new Array(rows).fill(0);
    const c = new Array(columns).fill(0);
    for (let step = 0; step < lengths.length; step++) {
      const from = matrix * rows * columns;
      const own = gradient("experts", step).slice(from, from + rows * columns);
      const g = own.map((value) => value * Math.min(1, limit / norm(own)));
      const square = (row: number, column: number) => g[row * columns + column]! ** 2 + epsilon ** 2;
      for (let row = 0; row < rows; row++) {
        let sum = 0;
        for (let column = 0; column < columns; column++) sum += square(row, column);
        r[row] = beta2 * r[row] + ((1 - beta2) * sum) / columns;
      }
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let row = 0; row < rows; row++) sum += square(row, column);
        c[column] = beta2 * c[column] + ((1 - beta2) * sum) / rows;
      }
      const mean = r.reduce((a, b) => a + b) / rows;
      g.forEach((value, i) => {
        const v = (r[Math.floor(i / columns)] * c[i % columns]) / mean / (1 - beta2 ** (step + 1));
        values["experts"]![from + i]! -= (rates[step]! * value) / Math.sqrt(v);
      });
    }
  }
}

/** All steps; with `restart`, in two sessions, the second of which has the moments that the first one left. */
function optimized(change: Partial<ConfigInput>, restart: boolean): Values {
  const start = initial();
  const parameters = Object.entries(shapes).map(([name, shape]) => ({
    name,
    variable: tf.variable(tf.tensor(start[name]!, shape)),
    expertMatrices: name === "experts",
  }));
  const config = configOf(change);
  let optimizer: Optimizer = trainingOptimizer(config, parameters);
  for (let step = 0; step < lengths.length; step++) {
    if (restart && step === 2) {
      const moments = optimizer
        .state()
        .map(
          ({ name, variable }) =>
            [name, { shape: variable.shape, data: variable.dataSync<"float32">().slice() }] as const,
        );
      optimizer.dispose();
      optimizer = trainingOptimizer(config, parameters, new Map(moments), step);
    }
    const gradients = parameters.map(({ name, variable }) => [
      variable.name,
      tf.tensor(gradient(name, step), shapes[name]!),
    ]);
    optimizer.step(Object.fromEntries(gradients), rates[step]!);
  }
  return Object.fromEntries(parameters.map(({ name, variable }) => [name, [...variable.dataSync()]]));
}

function expectAlike(found: Values, expected: Values): void {
  for (const [name, values] of Object.entries(expected)) {
    values.forEach((value, i) => {
      expect(found[name]![i]!, `${name}[${i}]`).toBeCloseTo(value, 5);
    });
  }
}

describe.each(["cpu", "native"] as const)("on %s", (backend) => {
  beforeEach(async ({ skip }) => {
    const { usable, ...why } = await probeBackend(backend);
    if (!usable) skip(`${backend} is not here: ${JSON.stringify(why)}`);
    await selectBackend({ backend });
  });

  test.each([false, true])(
    "expert_optim: adam; all gradients are clipped by one norm; in two sessions: %s",
    (restart) => {
      const expected = initial();
      adam(Object.keys(shapes), expected);
      expectAlike(optimized({ expert_optim: "adam" }, restart), expected);
    },
  );

  test.each([false, true])(
    "expert_optim: factored_adam; each expert's matrix has a norm of its own; in two sessions: %s",
    (restart) => {
      const expected = initial();
      adam(["first", "second"], expected);
      factored(expected);
      expectAlike(optimized({ expert_optim: "factored_adam" }, restart), expected);
    },
  );
});

describe("the schedule's keys reach the steps of a run", () => {
  toyWordpieces([]).save(join(folder, "toy.model"));
  writeFileSync(join(folder, "text"), "ab cd\nef\nabc def abc\nfed\n");

  async function ratesOf(change: Partial<ConfigInput>): Promise<number[]> {
    await selectBackend({ backend: "cpu" });
    const text = { path_src: join(folder, "text"), path_tgt: join(folder, "text") };
    const config = resolveConfig({
      ...{ save_model: join(folder, JSON.stringify(change).replace(/\W+/g, "-")), data: { text } },
      ...{ wordpiece_model: join(folder, "toy.model"), hidden_size: 8, encoder_layers: 2, batch_size: 20 },
      ...{ report_every: 1, learning_rate: 0.8, warmup_steps: 2, train_steps: 6 },
      ...change,
    });
    const found: number[] = [];
    const silent = { onMessage() {}, onStart() {}, onValidation() {}, onCheckpoint() {}, onEnd() {} };
    const reporter = {
      ...silent,
      onProgress: ({ learningRate }: { learningRate: number }) => void found.push(learningRate),
    };
    await runTraining(config, reporter, new AbortController().signal);
    return found;
  }

  const cases: [change: Partial<ConfigInput>, expected: number[]][] = [
    [{ decay_method: "none" }, [0.4, 0.8, 0.8, 0.8, 0.8, 0.8]],
    [
      { decay_method: "rsqrt" },
      [0.4, 0.8, 0.8 * Math.sqrt(2 / 3), 0.8 * Math.sqrt(2 / 4), 0.8 * Math.sqrt(2 / 5), 0.8 * Math.sqrt(2 / 6)],
    ],
    [
      { decay_method: "linear_warmup_constant_rsqrt", decay_start_steps: 1 },
      [0.4, 0.8, 0.8, 0.8 * Math.sqrt(3 / 4), 0.8 * Math.sqrt(3 / 5), 0.8 * Math.sqrt(3 / 6)],
    ],
    // Half a cosine at 0, 60, 120 degrees from 0.8 down to half of it.
    [{ decay_method: "cosine", final_learning_rate_ratio: 0.5, train_steps: 3 }, [0.4, 0.7, 0.5]],
  ];
  test.each(cases)("%j", async (change, expected) => {
    const found = await ratesOf(change);
    expect(found).toHaveLength(expected.length);
    found.forEach((rate, i) => {
      expect(rate).toBeCloseTo(expected[i]!, 10);
    });
  });
});
