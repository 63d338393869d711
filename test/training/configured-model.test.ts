/**
 * Source of truth: what each key of a configuration's model and experts sections says (src/config/help.ts). One key is changed at a
 * time: parameters, their first values and losses change where they should, and nowhere else. Losses themselves: definition.test.ts.
 */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { type ConfigInput, sections } from "../../src/config/schema.ts";
import { packBatch } from "../../src/data/batches/batch.ts";
import { ForwardContext } from "../../src/layers/forward-context.ts";
import { trainingTask } from "../../src/training/training-task.ts";
import { toyWordpieces } from "../cli/toy-model-directory.ts";
import { fileOf, languageModelWirings, pairs, translationWirings } from "../model/definition/wirings.ts";

beforeAll(() => selectBackend({ backend: "cpu" }));

const wordpieces = toyWordpieces([]);
const vocabulary = wordpieces.size;
const experts = { num_experts: 4, moe_encoder_after: [2], moe_decoder_after: [1], param_init: 0.5 };
const translation = { ...fileOf("translation", { ...translationWirings[0]![1], ...experts }), embedding_size: 6 };
const groups: Partial<ConfigInput> = { gating: "hierarchical", num_experts: 12 };
const oneExpert = { num_experts: 1, num_experts_per_tok: 1, moe_decoder_after: [1] };
const languageModel = fileOf("language_model", { ...languageModelWirings[0]![1], ...oneExpert });

interface Made {
  shapes: Record<string, number[]>;
  values: ReadonlyMap<string, readonly number[]>;
  training: number;
  balance: number;
  evaluation: number;
}

function make(input: ConfigInput): Made {
  const { model } = trainingTask(resolveConfig(input), wordpieces, undefined);
  const batch = packBatch(pairs, model.markers);
  const losses = (context: ForwardContext) =>
    tf.tidy(() => {
      const { crossEntropy, balance } = model.loss(batch, 0, context);
      return [crossEntropy.dataSync()[0]!, balance.reduce((sum, loss) => sum + loss.dataSync()[0]!, 0)] as const;
    });
  const values = model.parameters.map(({ name, variable }) => [name, [...variable.dataSync()]] as const);
  const shapes = Object.fromEntries(model.parameters.map(({ name, variable }) => [name, variable.shape]));
  const [training, balance] = losses(ForwardContext.forTraining(1, 0));
  const [evaluation] = losses(ForwardContext.evaluation);
  model.dispose();
  return { shapes, values: new Map(values), training, balance, evaluation };
}

type Change = Partial<ConfigInput>;
const { model: modelKeys, experts: expertKeys } = sections;
type Key = keyof typeof modelKeys | keyof typeof expertKeys;

/** Keys of shape: parameters that must then have these shapes, or be gone. */
const shapes: [key: Key, to: unknown, expected: Record<string, number[] | undefined>, base?: Change][] = [
  ["hidden_size", 8, { "encoder.lstm2.recurrent_weights": [8, 24], "decoder.output.weights": [vocabulary, 8] }],
  ["lstm_cell_size", 10, { "encoder.lstm2.projection": [10, 6], "decoder.lstm1.bias": [40] }],
  ["embedding_size", 4, { "encoder.embedding": [vocabulary, 4], "decoder.embedding": [vocabulary, 4] }],
  ["encoder_layers", 4, { "encoder.lstm4.bias": [24] }],
  ["decoder_layers", 3, { "decoder.lstm3.bias": [24] }],
  ["attention", "additive", { "decoder.attention.bias": [6] }],
  ["attention", "normed_additive", { "decoder.attention.bias": [6], "decoder.attention.gain": [1] }],
  ["decoder_start", "bridge", { "decoder.bridge.weights": [6, 24] }],
  ["share_embeddings", true, { embedding: [vocabulary, 6], "encoder.embedding": undefined }],
  ["tie_softmax", true, { "decoder.output.weights": undefined }],
  ["num_experts", 8, { "encoder.moe2.experts.inner": [8, 6, 7], "decoder.moe1.gate.weights": [6, 8] }],
  ["expert_hidden_size", 9, { "encoder.moe2.experts.inner": [4, 6, 9], "decoder.moe1.experts.outer": [4, 9, 6] }],
  ["moe_encoder_after", [1], { "encoder.moe1.gate.weights": [6, 4], "encoder.moe2.gate.weights": undefined }],
  ["moe_decoder_after", [2], { "decoder.moe2.gate.weights": [6, 4], "decoder.moe1.gate.weights": undefined }],
  ["num_experts_by_layer", [5, 3], { "encoder.moe2.gate.weights": [6, 5], "decoder.moe1.gate.weights": [6, 3] }],
  [
    "expert_hidden_size_by_layer",
    [5, 3],
    { "encoder.moe2.experts.inner": [4, 6, 5], "decoder.moe1.experts.inner": [4, 6, 3] },
  ],
  ["gating", "strictly_balanced", { "encoder.moe2.gate.thresholds": [4] }],
  ["gating", "dense", { "encoder.moe2.gate.noise_weights": undefined }],
  [
    "num_expert_groups",
    4,
    { "encoder.moe2.gate.primary_weights": [6, 4], "encoder.moe2.gate.weights": [4, 6, 3] },
    groups,
  ],
  ["expert_activation", "glu", { "encoder.moe2.experts.inner_gate": [4, 6, 7] }],
  ["shared_expert_hidden_size", 3, { "decoder.moe1.shared_expert.inner": [1, 6, 3] }],
];

/** Keys of first values: each parameter that matches is `factor` times what it was, all others are the same. */
const values: [key: Key, to: number, name: RegExp, factor: number, base?: Change][] = [
  ["embedding_init_std", 0.5, /embedding$/, 0.5],
  ["forget_bias", 3, /lstm.*bias$/, 3],
  ["param_init", 0.25, /weights$/, 0.5],
  ["expert_output_init", 0.25, /experts\.outer$/, 0.25],
];

/** Keys of the computation: which losses change, all parameters being the same. */
const losses: [key: Key, to: unknown, changed: (keyof Made)[], base?: Change][] = [
  ["dropout", 0.5, ["training"]],
  ["moe_dropout", 0.5, ["training"]],
  ["num_experts_per_tok", 1, ["training", "evaluation"]],
  ["num_experts_per_tok_by_layer", [1, 2], ["training", "evaluation"]],
  ["num_expert_groups_per_tok", 1, ["training", "evaluation"], groups],
  ["moe_output", "identity", ["training", "evaluation"]],
  ["importance_loss_weight", 0.1, ["balance"]],
  ["load_loss_weight", 0.1, ["balance"]],
  ["router_z_loss_weight", 0.1, ["balance"]],
];

describe("a key of a configuration changes what it should", () => {
  test.each(shapes)("%s: %j", (key, to, expected, base = {}) => {
    const [before, after] = [{}, { [key]: to }].map((change) => make({ ...translation, ...base, ...change }));
    for (const [name, shape] of Object.entries(expected)) {
      expect(after!.shapes[name], name).toEqual(shape);
      expect(before!.shapes[name], name).not.toEqual(shape);
    }
  });

  test.each(values)("%s: %j", (key, to, names, factor, base = {}) => {
    const [before, after] = [{}, { [key]: to }].map((change) => make({ ...translation, ...base, ...change }));
    expect(after!.shapes).toEqual(before!.shapes);
    expect([...after!.values.keys()].filter((name) => names.test(name)).length).toBeGreaterThan(1);
    for (const [name, was] of before!.values) {
      const by = names.test(name) ? factor : 1;
      after!.values.get(name)!.forEach((value, i) => {
        expect(value, `${name}[${i}]`).toBeCloseTo(by * was[i]!, 6);
      });
    }
  });

  test.each(losses)("%s: %j", (key, to, changed, base = {}) => {
    const [before, after] = [{}, { [key]: to }].map((change) => make({ ...translation, ...base, ...change }));
    expect(after!.shapes).toEqual(before!.shapes);
    expect(after!.values).toEqual(before!.values);
    for (const name of ["training", "evaluation"] as const) {
      if (changed.includes(name)) expect(after![name], name).not.toBe(before![name]);
      else expect(after![name], name).toBe(before![name]);
    }
    if (changed.includes("balance")) expect(after!.balance).not.toBe(before!.balance);
  });

  test("task and expert_layers: a language model with several layers in its expert's place", () => {
    const made = make({ ...languageModel, expert_layers: 3 });
    expect(made.shapes).toMatchObject({ "lstm2.bias": [24], "expert1.inner3": [7, 7], "expert1.outer": [7, 6] });
    expect(make(languageModel).shapes).toMatchObject({ "moe1.experts.inner": [1, 6, 7] });
  });

  test("seed: other first values of the same parameters", () => {
    const [first, other] = [1, 2].map((seed) => make({ ...translation, seed }));
    expect(other!.shapes).toEqual(first!.shapes);
    expect(other!.values.get("encoder.embedding")).not.toEqual(first!.values.get("encoder.embedding"));
  });

  test("every key of these sections is among them", () => {
    const covered = [...shapes, ...values, ...losses].map(([key]) => key as string);
    expect(new Set([...covered, "expert_layers"])).toEqual(
      new Set([...Object.keys(modelKeys), ...Object.keys(expertKeys)]),
    );
  });
});
