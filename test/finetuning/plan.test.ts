// Source of truth: what docs/guide/fine-tuning.md says a fine-tuning does where it is not told, and the model's own configuration.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { modelPaths } from "../../src/checkpoint/model-directory.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { toYaml } from "../../src/config/write.ts";
import type { FinetuneOptions } from "../../src/finetuning/finetune-options.ts";
import { planFinetuning } from "../../src/finetuning/plan.ts";
import { toyWordpieces } from "../cli/toy-model-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-plan-"));
afterAll(() => rmSync(folder, { recursive: true }));

const wordpieces = toyWordpieces([]);
const letters = (i: number) => i.toString(6).replace(/\d/g, (digit) => "abcdef"[Number(digit)]!);

/** Pairs of four letters each, so of four or five pieces. */
function text(name: string, count: number) {
  const lines = Array.from({ length: count }, (_, i) => `${letters(i + 1296)}\n`).join("");
  for (const ending of ["en", "de"]) writeFileSync(join(folder, `${name}.${ending}`), lines);
  return { path_src: join(folder, `${name}.en`), path_tgt: join(folder, `${name}.de`), src_lang: "en", tgt_lang: "de" };
}

function model(name: string, data: ConfigInput["data"], change: Partial<ConfigInput> = {}): string {
  const directory = join(folder, name);
  mkdirSync(directory);
  const settings = { hidden_size: 8, batch_size: 100, label_smoothing: 0.25, learning_rate: 0.004, train_steps: 1 };
  writeFileSync(
    modelPaths(directory).config,
    toYaml(resolveConfig({ ...settings, data, save_model: directory, ...change })),
  );
  writeFileSync(modelPaths(directory).weights, "");
  wordpieces.save(modelPaths(directory).wordpieces);
  return directory;
}

const own = {
  news: { ...text("news", 900), weight: 3 },
  talks: text("talks", 100),
  valid: text("v", 20),
  test: text("t", 20),
};
const base = model("base", own);
const { path_src, path_tgt } = text("mine", 400);
let outputs = 0;
const plan = (change: Partial<FinetuneOptions> = {}) =>
  planFinetuning(
    { model: base, data: [path_src, path_tgt], output: join(folder, `out-${outputs++}`), ...change },
    () => {},
  );

describe("without more options", () => {
  test("rules of cleaning are the model's, without the recipe of its corpus", async () => {
    const cleaning = { numbers: true, opuscleaner: join(folder, "gone.filters.json") };
    const { config } = await plan({ model: model("ruled", own, { cleaning }) });
    expect(config.cleaning).toMatchObject({ numbers: true, overlap: "drop" });
    expect(config.cleaning.opuscleaner).toBeUndefined();
  });

  test("the model's own text is mixed in, half of the pairs drawn, and its held-out text is to be retained", async () => {
    const { config, text: parts, general } = await plan();
    const { data } = config;
    expect(Object.keys(data)).toEqual([
      "domain",
      "general_1",
      "general_2",
      "valid",
      "valid_general",
      "test",
      "test_general",
    ]);
    expect(data["general_1"]).toMatchObject({ pathSrc: own.news.path_src, srcLang: "en", tgtLang: "de" });
    expect(data["valid_general"]).toMatchObject({ pathSrc: own.valid.path_src });
    expect(data["test_general"]).toMatchObject({ pathSrc: own.test.path_src });
    expect(general.pairs).toBe(1000);
    expect(config.retainCorpora).toEqual(["valid_general"]);
    const drawn = 900 * data["general_1"]!.weight + 100 * data["general_2"]!.weight;
    expect(data["general_1"]!.weight / data["general_2"]!.weight).toBeCloseTo(3, 6);
    expect(data["domain"]!.weight).toBe(1);
    expect(drawn).toBeGreaterThan(parts.train.pairs);
    expect(drawn).toBeLessThan(3 * parts.train.pairs);
  });

  test("a quarter of the model's rate, its batches and smoothing, five times through the text", async () => {
    const { config, text: parts } = await plan();
    expect(config).toMatchObject({ learningRate: 0.001, labelSmoothing: 0.25, batchSize: 100, decayMethod: "cosine" });
    expect(config).toMatchObject({ trainFrom: base, trainMinutes: 0, freeze: [], retainWithin: 1, seed: 1 });
    // As few steps as these are raised to 200.
    expect(config.trainSteps).toBe(200);
    const long = await plan({ data: Object.values(text("long", 4500)).slice(0, 2) as string[] });
    // Five letters and the end.
    const pieces = 6 * long.text.train.pairs;
    expect(Math.abs(long.config.trainSteps / ((5 * pieces) / 0.5 / 100) - 1)).toBeLessThan(0.03);
    expect(config.validSteps).toBe(20);
    expect(parts.train.pairs + parts.valid.pairs + parts.test.pairs).toBe(400);
  });
});

test("text that is given takes the place of the model's own, which still measures what is forgotten", async () => {
  const other = text("other", 300);
  const { config, general } = await plan({ general: [other.path_src, other.path_tgt], generalShare: 0.25 });
  expect(config.data["general"]).toMatchObject({ pathSrc: other.path_src, srcLang: "en" });
  expect(config.data["valid_general"]).toMatchObject({ pathSrc: own.valid.path_src });
  expect(general.pairs).toBe(300);
  const { config: none } = await plan({ general: [] });
  expect(Object.keys(none.data)).toEqual(["domain", "valid", "valid_general", "test", "test_general"]);
});

test("a model without held-out text has some cut off its own, and one whose text is gone has none", async () => {
  const bare = model("bare", { news: own.news });
  const { config, general } = await plan({ model: bare });
  expect(config.data["general"]!.pathSrc).toMatch(/text\/general_1\/train\.en$/);
  const [valid, test] = [general.valid[0]!, general.test[0]!];
  const lines = (path: string) => readFileSync(path, "utf8").split("\n").length - 1;
  expect(lines(valid.pathSrc) + lines(test.pathSrc) + general.pairs).toBe(900);
  const gone = model("gone", { news: { ...own.news, path_src: join(folder, "nothing.en") } });
  const { config: alone } = await plan({ model: gone });
  expect(Object.keys(alone.data)).toEqual(["domain", "valid", "test"]);
  expect(alone.retainCorpora).toEqual([]);
});

test("what is asked for is done", async () => {
  const asked = {
    steps: 50,
    minutes: 2,
    learningRate: 0.1,
    newWordpieces: 7,
    freeze: ["encoder.*"],
    retainWithin: 3,
    seed: 9,
  };
  const { config, text: parts } = await plan({ ...asked, languages: ["en", "nl"] });
  expect(config).toMatchObject({
    trainSteps: 50,
    trainMinutes: 2,
    learningRate: 0.1,
    freeze: ["encoder.*"],
    retainWithin: 3,
  });
  expect(config).toMatchObject({ vocabSize: wordpieces.size + 7, seed: 9, targetTags: true });
  expect(config.data["domain"]).toMatchObject({ srcLang: "en", tgtLang: "nl" });
  expect(parts.train.pathTgt).toMatch(/train\.nl$/);
});

test("a language model is refused by name of what to do", async () => {
  const lm = model("lm", { news: { path_src: own.news.path_src } }, { task: "language_model" });
  await expect(plan({ model: lm })).rejects.toMatchObject({ nextStep: expect.stringContaining("train_from") });
});
