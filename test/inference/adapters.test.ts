/**
 * Source of truth: a model directory whose weights have the adapter's products in them. The engine and layers of TensorFlow.js open both alike, and
 * several adapters are beside one model in one process.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { readAdapter, withAdapter, writeAdapter } from "../../src/checkpoint/adapter.ts";
import { floatsByName } from "../../src/checkpoint/match.ts";
import { modelPaths } from "../../src/checkpoint/model-directory.ts";
import { modelIdentity } from "../../src/checkpoint/model-identity.ts";
import { readSafetensors } from "../../src/checkpoint/read-safetensors.ts";
import { writeBestModel } from "../../src/checkpoint/write-checkpoint.ts";
import { scorePairs } from "../../src/decoding/force-score.ts";
import { loadSeq2Seq } from "../../src/inference/open-layers.ts";
import { type InferenceOptions, loadTranslationModel } from "../../src/inference/open-model.ts";
import { probeForTests } from "../backends/native-required.ts";
import { writeToyModel } from "../cli/toy-model-directory.ts";

const { usable } = await probeForTests("native");
const folder = mkdtempSync(join(tmpdir(), "nmt-adapters-"));
const inFolder = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** An adapter of one matrix, and the model with its product. */
function writeBoth(name: string, matrix: string, first: number): void {
  const { weights } = modelPaths(inFolder("base"));
  const { tensors } = readSafetensors(weights);
  const [rows, columns] = tensors.find((tensor) => tensor.name === matrix)!.shape as [number, number];
  const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(first + 3 * i));
  const factors = [
    { name: `${matrix}.lora_a`, shape: [rows, 2], data: numbers(2 * rows) },
    { name: `${matrix}.lora_b`, shape: [2, columns], data: numbers(2 * columns) },
  ];
  mkdirSync(inFolder(name));
  writeAdapter(modelPaths(inFolder(name)).adapter, factors, { base: modelIdentity(weights), scale: 0.5, step: 1 });
  cpSync(inFolder("base"), inFolder(`${name}-merged`), { recursive: true });
  const merged = [...withAdapter(floatsByName(tensors), readAdapter(inFolder(name)))];
  const arrays = merged.map(([each, { shape, data }]) => ({ name: each, shape, data: Float32Array.from(data) }));
  writeBestModel(inFolder(`${name}-merged`), 1, arrays);
}

beforeAll(async () => {
  await selectBackend({ backend: "cpu" });
  mkdirSync(inFolder("base"));
  writeToyModel(inFolder("base"));
  writeBoth("law", "encoder.lstm2.input_weights", 1);
  writeBoth("news", "decoder.attention.key_weights", 5);
});

const pair = { source: "ab cd", target: "fed" };
const scoreOf = async (parts: Parameters<typeof scorePairs>[0]) => (await scorePairs(parts, [pair]))[0]!.logProbability;

test.skipIf(!usable)(
  "adapters beside one model are switched in one process, each as if it were the model",
  async () => {
    const open = async (name: string, options: InferenceOptions = {}) =>
      loadTranslationModel(inFolder(name), { threads: 1, ...options });
    const models = {
      base: await open("base"),
      law: await open("base", { adapter: inFolder("law") }),
      news: await open("base", { adapter: modelPaths(inFolder("news")).adapter }),
      lawMerged: await open("law-merged"),
      newsMerged: await open("news-merged"),
    };
    const scores = Object.fromEntries(
      await Promise.all(Object.entries(models).map(async ([name, loaded]) => [name, await scoreOf(loaded)] as const)),
    ) as Record<keyof typeof models, number>;
    expect(scores.law).toBeCloseTo(scores.lawMerged, 4);
    expect(scores.news).toBeCloseTo(scores.newsMerged, 4);
    expect(new Set(["base", "law", "news"].map((name) => scores[name as "base"].toFixed(3))).size).toBe(3);
    for (const { model } of Object.values(models)) model.dispose();
  },
);

test("layers of TensorFlow.js have them too", async () => {
  const [adapted, merged] = [
    await loadSeq2Seq(inFolder("base"), { backend: "cpu", adapter: inFolder("law") }),
    await loadSeq2Seq(inFolder("law-merged"), { backend: "cpu" }),
  ];
  expect(await scoreOf(adapted)).toBeCloseTo(await scoreOf(merged), 4);
  for (const { model } of [adapted, merged]) model.dispose();
  const other = loadSeq2Seq(inFolder("news-merged"), { backend: "cpu", adapter: inFolder("law") });
  await expect(other).rejects.toThrow("the adapter belongs to another model");
});
