/**
 * Source of truth: the model that is started from, by its own weights and losses. What is computed from them in another shape must come out
 * the same: tables with new rows, experts that are copies, layers that change nothing.
 */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { resolveConfig } from "../../../src/config/resolve.ts";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { packBatch } from "../../../src/data/batches/batch.ts";
import { ForwardContext } from "../../../src/layers/forward-context.ts";
import type { TrainableModel } from "../../../src/model/trainable-model.ts";
import { WordpieceExtension } from "../../../src/text/wordpiece-extension.ts";
import type { WordpieceModel } from "../../../src/text/wordpiece-model.ts";
import { trainingTask } from "../../../src/training/training-task.ts";
import type { BaseModel } from "../../../src/training/transfer/base-model.ts";
import { transferFrom } from "../../../src/training/transfer/transfer.ts";
import { toyWordpieces } from "../../cli/toy-model-directory.ts";
import { fileOf, languageModelWirings, pairs, translationWirings } from "../../model/definition/wirings.ts";

beforeAll(() => selectBackend({ backend: "native" }));

const wordpieces = toyWordpieces([]);
const translation = fileOf("translation", { ...translationWirings[0]![1], dropout: 0 });
const languageModel = fileOf("language_model", { ...languageModelWirings[0]![1], num_experts: 0 });
const dense: Partial<ConfigInput> = {
  ...{ num_experts: 1, num_experts_per_tok: 1, moe_encoder_after: [2], moe_decoder_after: [1], param_init: 0.5 },
};

interface Made {
  base: BaseModel;
  loss: number;
}

/** A model with random weights that no initializer gives. */
function makeBase(input: ConfigInput, seed = 7): Made {
  const config = resolveConfig({ ...input, seed });
  const { model } = trainingTask(config, wordpieces);
  const weights = model.parameters.map(({ name, variable }) => {
    tf.tidy(() => variable.assign(tf.add(variable, tf.randomUniform(variable.shape, -0.3, 0.3, "float32", 5))));
    return [name, { shape: variable.shape, data: variable.dataSync<"float32">().slice() }] as const;
  });
  const loss = lossOf(model);
  model.dispose();
  const base = {
    directory: "base",
    config,
    wordpieces,
    wordpieceModelPath: "",
    weightsPath: "",
    origin: "made here",
    moments: undefined,
  };
  return { base: { ...base, weights: new Map(weights) }, loss };
}

function start({ base }: Made, input: ConfigInput, pieces: WordpieceModel = wordpieces) {
  const config = resolveConfig(input);
  const transfer = transferFrom(base, config, pieces);
  const { model } = trainingTask(config, pieces, { initial: transfer.initial });
  return { model, report: transfer.report(), transfer };
}

function lossOf(model: TrainableModel): number {
  const batch = packBatch(pairs, model.markers);
  return tf.tidy(() => model.loss(batch, 0, ForwardContext.evaluation).crossEntropy.dataSync()[1]!);
}

const valuesOf = (model: TrainableModel) =>
  new Map(model.parameters.map(({ name, variable }) => [name, variable.dataSync<"float32">().slice()]));

describe.each([
  ["translation", translation],
  ["language model", languageModel],
])("%s", (_, input) => {
  test("the same shape: every weight, to the bit, and the report says so", () => {
    const made = makeBase(input);
    const { model, report } = start(made, input);
    for (const [name, values] of valuesOf(model)) expect(values, name).toEqual(made.base.weights.get(name)!.data);
    expect(lossOf(model)).toBe(made.loss);
    const { size } = made.base.weights;
    expect(report[0]).toBe(`starting from base (made here): ${size} of ${size} parameters as they are`);
    expect(report).toHaveLength(2);
    model.dispose();
  });
});

describe("more wordpieces", () => {
  const extension = new WordpieceExtension(wordpieces, { controlSymbols: ["<2fr>"], vocabSize: wordpieces.size + 4 });
  for (const line of ["fad", "fad", "fade", "fac"]) extension.add(line);
  const extended = extension.extend();

  test.each<[string, Partial<ConfigInput>, string[]]>([
    ["separate tables", {}, ["encoder.embedding", "decoder.embedding", "decoder.output.weights"]],
    ["one table", { share_embeddings: true, tie_softmax: true, embedding_size: 6 }, ["embedding"]],
  ])("%s: old rows to the bit, new ones the mean of their old pieces'", (_, change, tables) => {
    const made = makeBase({ ...translation, ...change });
    const { model, report } = start(made, { ...translation, ...change }, extended);
    const values = valuesOf(model);
    const isNew = (id: number) => id >= wordpieces.size;
    const ids = Array.from({ length: extended.size }, (_, id) => id).filter(isNew);
    expect(ids).toHaveLength(4);
    for (const name of [...tables, "decoder.output.bias"]) {
      const { shape, data } = made.base.weights.get(name)!;
      const width = shape[1] ?? 1;
      const now = values.get(name)!;
      expect(now.subarray(0, data.length), name).toEqual(data);
      for (const id of ids) {
        const piece = extended.pieceOf(id);
        const old = piece === "<2fr>" ? [wordpieces.bosId] : piece.match(/▁?./g)!.map((part) => wordpieces.idOf(part));
        for (let column = 0; column < width; column++) {
          const mean = old.reduce((sum, each) => sum + data[each * width + column]!, 0) / old.length;
          expect(now[id * width + column], `${name}, ${piece}`).toBeCloseTo(mean, 6);
        }
      }
    }
    expect(report[0]).toContain(`${tables.length + 1} with rows for 4 new wordpieces`);
    model.dispose();
  });

  test("logits of old pieces are the same to the bit", () => {
    const made = makeBase(translation);
    const [before, after] = [start(made, translation), start(made, translation, extended)];
    const hidden = tf.randomNormal([9, 6], 0, 1, "float32", 3) as tf.Tensor2D;
    const logits = [before, after].map(({ model }) => {
      const of = (name: string) => model.parameters.find((parameter) => parameter.name === name)!.variable;
      const product = tf.matMul(hidden, of("decoder.output.weights") as unknown as tf.Tensor2D, false, true);
      return tf.slice(tf.add(product, of("decoder.output.bias")) as tf.Tensor2D, [0, 0], [9, wordpieces.size]);
    });
    expect(logits[1]!.dataSync()).toEqual(logits[0]!.dataSync());
    for (const { model } of [before, after]) model.dispose();
  });

  test("a tag beside others is their mean", () => {
    const tagged = toyWordpieces(["de", "es"]);
    const more = new WordpieceExtension(tagged, { controlSymbols: ["<2fr>"] }).extend();
    const config = resolveConfig(translation);
    const { model } = trainingTask(config, tagged);
    const weights = new Map(
      model.parameters.map(({ name, variable }) => [
        name,
        { shape: variable.shape, data: variable.dataSync<"float32">().slice() },
      ]),
    );
    model.dispose();
    const base = {
      directory: "b",
      config,
      wordpieces: tagged,
      wordpieceModelPath: "",
      weightsPath: "",
      origin: "",
      moments: undefined,
    };
    const { model: grown } = start({ base: { ...base, weights }, loss: 0 }, translation, more);
    const [before, now] = [weights.get("encoder.embedding")!.data, valuesOf(grown).get("encoder.embedding")!];
    const [width, de, es] = [5, tagged.idOf("<2de>"), tagged.idOf("<2es>")];
    for (let i = 0; i < width; i++) {
      const mean = (before[de * width + i]! + before[es * width + i]!) / 2;
      expect(now[tagged.size * width + i]).toBeCloseTo(mean, 6);
    }
    grown.dispose();
  });
});

describe("experts", () => {
  const gates: [string, Partial<ConfigInput>][] = [
    ["noisy_top_k", {}],
    ["noisy_top_k with all experts", { num_experts_per_tok: 4 }],
    ["hierarchical", { gating: "hierarchical", num_expert_groups: 2, num_expert_groups_per_tok: 2 }],
    ["strictly_balanced", { gating: "strictly_balanced" }],
    ["dense", { gating: "dense" }],
  ];

  test.each(gates)("copies of a dense layer give what it gave: %s", (_, gate) => {
    for (const change of [{}, { moe_output: "identity" }, { expert_activation: "glu" }] as Partial<ConfigInput>[]) {
      const made = makeBase({ ...translation, ...dense, ...change });
      const input = { ...translation, ...dense, ...change, num_experts: 4, num_experts_per_tok: 2, ...gate };
      const { model, report } = start(made, input);
      expect(model.parameters.find(({ name }) => name === "decoder.moe1.experts.inner")!.variable.shape[0]).toBe(4);
      expect(Math.abs(lossOf(model) / made.loss - 1)).toBeLessThan(1e-5);
      expect(report[0]).toContain("copies of its dense layer as experts: encoder.moe2.experts.inner");
      model.dispose();
    }
  });

  test("copies under a dense gate learn different things", () => {
    const made = makeBase({ ...translation, ...dense });
    const { model } = start(made, { ...translation, ...dense, num_experts: 3, gating: "dense" });
    const batch = packBatch(pairs, model.markers);
    const inner = model.parameters.find(({ name }) => name === "decoder.moe1.experts.inner")!.variable;
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.slice(model.loss(batch, 0, ForwardContext.evaluation).crossEntropy, 0, 1)) as tf.Scalar,
      [inner],
    );
    const [first, second] = tf.unstack(grads[inner.name]!).map((gradient) => gradient.dataSync());
    const apart = Math.max(...first!.map((value, i) => Math.abs(value - second![i]!)));
    expect(apart / Math.max(...first!.map(Math.abs))).toBeGreaterThan(0.01);
    model.dispose();
  });

  test.each(gates)("layers where there were none change nothing: %s", (_, gate) => {
    const made = makeBase(translation);
    const experts: Partial<ConfigInput> = {
      num_experts: 4,
      moe_encoder_after: [1, 3],
      moe_decoder_after: [2],
      moe_output: "identity",
    };
    const input = { ...translation, ...experts, expert_output_init: 1, shared_expert_hidden_size: 3, ...gate };
    const { model, report } = start(made, input);
    expect(lossOf(model)).toBe(made.loss);
    expect(report[0]).toMatch(/new layers that change nothing at first: encoder\.moe1\.experts\.outer/);
    model.dispose();
  });

  test("a shared expert beside those there are changes nothing, under a sigmoid too", () => {
    const made = makeBase({ ...translation, ...dense, num_experts: 2 });
    const { model } = start(made, { ...translation, ...dense, num_experts: 2, shared_expert_hidden_size: 3 });
    expect(Math.abs(lossOf(model) / made.loss - 1)).toBeLessThan(1e-6);
    model.dispose();
  });

  test("a new layer under a sigmoid is refused: it would add 0.5", () => {
    const input = { ...translation, ...dense, moe_output: "sigmoid" } as const;
    expect(() => start(makeBase(translation), input)).toThrow(
      expect.objectContaining({ name: "ConfigError", nextStep: "Set moe_output: identity." }),
    );
  });

  test.each<[string, Partial<ConfigInput>, Partial<ConfigInput>, string]>([
    ["other numbers", { num_experts: 2 }, { num_experts: 4 }, "Change num_experts so that 4 becomes 2"],
    ["other sizes", {}, { num_experts: 4, expert_hidden_size: 9 }, "Change expert_hidden_size so that 9 becomes 7"],
  ])("%s are refused by key", (_, before, now, nextStep) => {
    const made = makeBase({ ...translation, ...dense, ...before });
    expect(() => start(made, { ...translation, ...dense, ...now })).toThrow(
      expect.objectContaining({ name: "ConfigError", nextStep: `${nextStep}, or leave it out.` }),
    );
  });
});

test("tables that were one can be two, and a tied softmax its own", () => {
  const shared = { ...translation, share_embeddings: true, tie_softmax: true, embedding_size: 6 };
  const made = makeBase(shared);
  const { model, report } = start(made, { ...shared, share_embeddings: false, tie_softmax: false });
  expect(lossOf(model)).toBe(made.loss);
  expect(report.join()).not.toContain("not taken");
  model.dispose();
});

test("layers more and fewer: what is new and what is left behind is said", () => {
  const made = makeBase(translation);
  const { model, report } = start(made, { ...translation, encoder_layers: 4, decoder_start: "bridge" });
  expect(report[1]).toMatch(/^not in that model, and new: encoder\.lstm4\.input_weights, .*decoder\.bridge\.bias$/);
  model.dispose();
  const fewer = start(made, { ...translation, encoder_layers: 2 });
  expect(fewer.report[1]).toMatch(/^of that model, but not taken: encoder\.lstm3\.input_weights, /);
  fewer.model.dispose();
});
