/**
 * Sources of truth: central differences of the loss to A and B; W + scale · A B by plain sums; and the model that an adapter is beside, which
 * never changes.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { readAdapter } from "../../../src/checkpoint/adapter.ts";
import { modelPaths } from "../../../src/checkpoint/model-directory.ts";
import { readSafetensors } from "../../../src/checkpoint/read-safetensors.ts";
import { writeBestModel } from "../../../src/checkpoint/write-checkpoint.ts";
import { resolveConfig } from "../../../src/config/resolve.ts";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { packBatch } from "../../../src/data/batches/batch.ts";
import { ForwardContext } from "../../../src/layers/forward-context.ts";
import type { TrainableModel } from "../../../src/model/trainable-model.ts";
import { runTraining } from "../../../src/training/run-training.ts";
import { trainingOptimizer } from "../../../src/training/training-optimizer.ts";
import { trainingTask } from "../../../src/training/training-task.ts";
import { AdapterOptimizer } from "../../../src/training/transfer/adapter-optimizer.ts";
import { AdapterParameters, keptByAdapter } from "../../../src/training/transfer/adapter-parameters.ts";
import { readLastCheckpoint } from "../../checkpoint/whole-checkpoint.ts";
import { toyWordpieces } from "../../cli/toy-model-directory.ts";
import { fileOf, languageModelWirings, pairs, translationWirings } from "../../model/definition/wirings.ts";

beforeAll(() => selectBackend({ backend: "native", threads: 2 }));

const wordpieces = toyWordpieces([]);
/** All of them for each position, and gated units: the loss has no kinks. */
const experts: Partial<ConfigInput> = {
  ...{ num_experts: 3, num_experts_per_tok: 3, moe_encoder_after: [2], moe_decoder_after: [1] },
  ...{ shared_expert_hidden_size: 4, expert_activation: "glu" },
};
const translation = { ...fileOf("translation", { ...translationWirings[0]![1], lstm_cell_size: 8 }), ...experts };
const models: [string, ConfigInput][] = [
  ["translation", { ...translation, decoder_start: "bridge" }],
  [
    "language model",
    { ...fileOf("language_model", { ...languageModelWirings[0]![1], lstm_cell_size: 8 }), ...experts },
  ],
];

function make(input: ConfigInput, rank: number) {
  const adapter = { rank, alpha: 3 * rank };
  const config = resolveConfig({ ...input, train_from: "base", adapter });
  const { model } = trainingTask(config, wordpieces, { frozen: keptByAdapter(config) });
  const before = valuesOf(model);
  return { config, model, before, adapter: new AdapterParameters(model.parameters, config.adapter!, 5) };
}

const valuesOf = (model: TrainableModel) =>
  new Map(model.parameters.map(({ name, variable }) => [name, variable.dataSync<"float32">().slice()]));

function lossOf(model: TrainableModel): tf.Scalar {
  const batch = packBatch(pairs, model.markers);
  const { crossEntropy, balance } = model.loss(batch, 0.1, ForwardContext.forTraining(3, 1));
  const cost = tf.sum(tf.slice(crossEntropy, 0, 1)) as tf.Scalar;
  return balance.length === 0 ? cost : tf.add(cost, tf.addN(balance));
}

function ofModel(model: TrainableModel): tf.NamedTensorMap {
  const trained = model.parameters.map(({ variable }) => variable).filter(({ trainable }) => trainable);
  const { value, grads } = tf.variableGrads(() => lossOf(model), trained);
  value.dispose();
  return grads;
}

describe.each(models)("the adapter of a %s", (_, input) => {
  test("is beside LSTM layers, attention and experts, and changes nothing at first", () => {
    const { model, before, adapter } = make(input, 2);
    const names = adapter.all.map(({ name }) => name);
    const stems = [...new Set(names.map((name) => name.replace(/\.lora_[ab]$/, "")))];
    expect(stems.length * 2).toBe(names.length);
    expect(stems).toContain(input.task === "language_model" ? "moe1.experts.outer" : "encoder.moe2.experts.inner");
    expect(stems).toContain(input.task === "language_model" ? "lstm2.projection" : "decoder.attention.key_weights");
    expect(stems.filter((name) => /embedding|\.gate\.|bias|(^|\.)output\.weights/.test(name))).toEqual([]);
    for (const [name, values] of valuesOf(model)) expect(values, name).toEqual(before.get(name));
    adapter.dispose();
    model.dispose();
  });

  test("puts W + scale · A B into the model", () => {
    const { model, before, adapter } = make(input, 3);
    for (const { variable } of adapter.all) variable.assign(tf.randomNormal(variable.shape, 0, 1, "float32", 9));
    adapter.apply();
    const factors = new Map(adapter.all.map(({ name, variable }) => [name, variable]));
    for (const { name, variable } of model.parameters) {
      const [a, b] = [factors.get(`${name}.lora_a`), factors.get(`${name}.lora_b`)];
      const now = variable.dataSync<"float32">();
      if (a === undefined) {
        expect(now, name).toEqual(before.get(name));
        continue;
      }
      const [left, right] = [a.dataSync<"float32">(), b!.dataSync<"float32">()];
      const [rows, columns] = variable.shape.slice(-2) as [number, number];
      before.get(name)!.forEach((weight, at) => {
        const line = Math.floor(at / columns);
        const matrix = Math.floor(line / rows);
        let sum = weight;
        for (let k = 0; k < 3; k++)
          sum += 3 * left[line * 3 + k]! * right[(matrix * 3 + k) * columns + (at % columns)]!;
        expect(now[at]!, `${name}[${at}]`).toBeCloseTo(sum, 4);
      });
    }
    adapter.dispose();
    model.dispose();
  });

  test("has the gradients of central differences", () => {
    const { model, adapter } = make(input, 2);
    for (const { variable } of adapter.all) variable.assign(tf.randomNormal(variable.shape, 0, 0.5, "float32", 7));
    adapter.apply();
    const gradients = adapter.gradients(ofModel(model));
    let checked = 0;
    const lossAt = () => {
      adapter.apply();
      return tf.tidy(() => lossOf(model).dataSync()[0]!);
    };
    for (const { name, variable } of adapter.all) {
      const values = variable.dataSync<"float32">().slice();
      // Along the gradient itself: the difference is that of all its numbers.
      const gradient = gradients[variable.name]!.dataSync<"float32">();
      const length = Math.hypot(...gradient);
      // Of less, the loss's last bits are too much.
      if (length < 0.05) continue;
      checked++;
      const step = 0.004 / length;
      const [above, below] = [1, -1].map((by) => {
        const moved = values.map((value, i) => value + by * step * gradient[i]!);
        variable.assign(tf.tensor(moved, variable.shape));
        return lossAt();
      });
      variable.assign(tf.tensor(values, variable.shape));
      const slope = (above! - below!) / (2 * step);
      expect(Math.abs(slope / length ** 2 - 1), name).toBeLessThan(0.02);
    }
    expect(checked).toBeGreaterThan(adapter.all.length / 2);
    adapter.dispose();
    model.dispose();
  });

  test("is stepped by Adam of its own gradients, clipped by their norm", () => {
    const { config, model, before, adapter } = make(input, 2);
    const gradients = ofModel(model);
    const own = adapter.gradients(gradients);
    const norm = Math.hypot(...Object.values(own).flatMap((gradient) => [...gradient.dataSync()]));
    const options = { ...config, expertOptim: "adam", maxGradNorm: norm / 2 } as const;
    const optimizer = new AdapterOptimizer(adapter, trainingOptimizer(options, adapter.all));
    const expected = new Map(
      adapter.all.map(({ name, variable }) => {
        const gradient = own[variable.name]!.dataSync<"float32">();
        // The first step of Adam goes the rate against the gradient's sign, whatever its size.
        return [name, variable.dataSync<"float32">().map((value, i) => value - 0.01 * Math.sign(gradient[i]!))];
      }),
    );
    const found = optimizer.step(gradients, 0.01);
    expect(Math.abs(found / norm - 1)).toBeLessThan(1e-4);
    for (const { name, variable } of adapter.all) {
      const wanted = expected.get(name)!;
      const gradient = own[variable.name]!.dataSync<"float32">();
      for (const [i, value] of variable.dataSync<"float32">().entries()) {
        if (gradient[i] === 0 || Math.abs(gradient[i]!) > 1e-4)
          expect(value, `${name}[${i}]`).toBeCloseTo(wanted[i]!, 4);
      }
    }
    // A is not moved by its gradient, which is 0 as long as B is, so that only B gave the model something else.
    const changed = model.parameters.filter(
      ({ name, variable }) => String(variable.dataSync()) !== String(before.get(name)),
    );
    expect(changed.length).toBeLessThanOrEqual(adapter.all.length / 2);
    optimizer.dispose();
    model.dispose();
  });
});

describe("a run with adapter", () => {
  const folder = mkdtempSync(join(tmpdir(), "nmt-adapter-"));
  const inFolder = (name: string) => join(folder, name);
  afterAll(() => rmSync(folder, { recursive: true }));
  toyWordpieces([]).save(inFolder("toy.model"));
  const corpus = { path_src: inFolder("train"), path_tgt: inFolder("train") };
  writeFileSync(corpus.path_src, "ab cd\nef\nabc def abc\nfed\n");
  const shape = { hidden_size: 8, encoder_layers: 2, dropout: 0, num_experts: 2, expert_hidden_size: 4 };

  async function run(name: string, change: Partial<ConfigInput>) {
    const config = resolveConfig({
      ...{
        save_model: inFolder(name),
        data: { corpus, valid: corpus },
        cleaning: { overlap: "keep" },
        batch_type: "sentences",
        batch_size: 2,
      },
      ...{
        warmup_steps: 0,
        decay_method: "none",
        train_steps: 2,
        valid_steps: 1,
        report_every: 1,
        learning_rate: 0.05,
      },
      ...{ best_checkpoint_metric: "perplexity", early_stopping_criteria: "perplexity", save_checkpoint_steps: 1 },
      ...change,
    });
    const messages: string[] = [];
    const ignore = () => {};
    const reporter = { onStart: ignore, onProgress: ignore, onValidation: ignore, onCheckpoint: ignore, onEnd: ignore };
    const onMessage = (message: string) => messages.push(message);
    const result = await runTraining(config, { ...reporter, onMessage }, new AbortController().signal);
    return { ...result, messages };
  }
  const adapter = { rank: 2, parameters: ["decoder.*"] };
  const adapted = () => ({ train_from: inFolder("base"), adapter });
  const tensors = (path: string) => new Map(readSafetensors(path).tensors.map(({ name, data }) => [name, [...data]]));

  beforeAll(async () => {
    await run("base", { ...shape, wordpiece_model: inFolder("toy.model"), dropout: 0, vocab_size: 20 });
  });

  test("writes the adapter alone, small, with the identity of its model, which stays as it is", async () => {
    const weights = readFileSync(modelPaths(inFolder("base")).weights);
    const { messages } = await run("adapter", adapted());
    expect(readFileSync(modelPaths(inFolder("base")).weights)).toEqual(weights);
    const paths = modelPaths(inFolder("adapter"));
    expect([existsSync(paths.weights), existsSync(paths.adapter)]).toEqual([false, true]);
    const { matrices } = readAdapter(inFolder("adapter"));
    expect(matrices.every(({ name, rank }) => name.startsWith("decoder.") && rank === 2)).toBe(true);
    expect(matrices.some(({ right }) => right.some((value) => value !== 0))).toBe(true);
    const { model, optimizer } = readLastCheckpoint(inFolder("adapter"));
    expect(model.map(({ name }) => name.slice(-7))).toEqual(matrices.flatMap(() => [".lora_a", ".lora_b"]));
    expect(optimizer).toHaveLength(2 * model.length);
    expect(statSync(paths.adapter).size).toBeLessThan(statSync(modelPaths(inFolder("base")).weights).size);
    expect(messages[0]).toMatch(
      /^an adapter of rank 2 beside \d+ parameters: \d+ numbers are trained, [\d.]+ % of the model's$/,
    );
  });

  test("goes on after a stop as if there had been none", async () => {
    await run("whole", { ...adapted(), train_steps: 4 });
    await run("stopped", { ...adapted(), train_steps: 2 });
    await run("stopped", { ...adapted(), train_steps: 4 });
    const [whole, stopped] = ["whole", "stopped"].map((name) => tensors(modelPaths(inFolder(name)).adapter));
    expect(stopped).toEqual(whole);
    const [first, second] = ["whole", "stopped"].map((name) => readLastCheckpoint(inFolder(name)));
    expect(second!.optimizer).toEqual(first!.optimizer);
  });

  test("is refused beside a model that has changed, and beside none", async () => {
    cpSync(inFolder("base"), inFolder("other"), { recursive: true });
    await run("begun", { ...adapted(), train_from: inFolder("other") });
    const { weights } = modelPaths(inFolder("other"));
    const changed = readSafetensors(weights).tensors.map((each) => ({
      ...each,
      data: (each.data as Float32Array).map((v) => v + 1),
    }));
    writeBestModel(inFolder("other"), 9, changed);
    const again = run("begun", { ...adapted(), train_from: inFolder("other"), train_steps: 4 });
    await expect(again).rejects.toThrow("is not the one that this adapter was begun beside");
    expect(() => resolveConfig({ save_model: "x", data: { corpus }, train_steps: 1, adapter })).toThrow(
      expect.objectContaining({ nextStep: "Set train_from to that model's directory." }),
    );
    const kept = {
      save_model: "x",
      data: { corpus },
      train_steps: 1,
      adapter,
      train_from: "y",
      reset_optim: "keep_states" as const,
    };
    expect(() => resolveConfig(kept)).toThrow("has no moments before its first step");
  });

  test.each<[string, Partial<ConfigInput>, string | RegExp]>([
    ["more wordpieces", { user_defined_symbols: ["<b>"] }, /^adapter: .*embedding is not the same/],
    ["more layers", { encoder_layers: 3 }, /^adapter: encoder\.lstm3\.\w+ is not the same/],
    ["fewer layers", { encoder_layers: 1, moe_encoder_after: [] }, /is not the same/],
    ["no matrices", { adapter: { parameters: ["decoder.embedding"] } }, "its parameters name no matrix"],
  ])("is refused with %s", async (_, change, message) => {
    await expect(run(`refused-${_}`, { ...adapted(), ...change })).rejects.toThrow(message);
  });

  test("checkpoints of another rank are refused", async () => {
    await run("rank", adapted());
    const other = run("rank", { ...adapted(), adapter: { rank: 3, parameters: ["decoder.*"] }, train_steps: 3 });
    await expect(other).rejects.toThrow(/lora_a has shape \[\d+, 2\], where this adapter needs \[\d+, 3\]/);
  });
});
