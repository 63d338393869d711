// Source of truth: the run that is started from, its files and its last checkpoint. Text is made here.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { modelPaths } from "../../../src/checkpoint/model-directory.ts";
import { readSafetensors } from "../../../src/checkpoint/read-safetensors.ts";
import { writeBestModel } from "../../../src/checkpoint/write-checkpoint.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { resolveConfig } from "../../../src/config/resolve.ts";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { WordpieceModel } from "../../../src/text/wordpiece-model.ts";
import { type RunResult, runTraining } from "../../../src/training/run-training.ts";
import type { TrainerState } from "../../../src/training/trainer-state.ts";
import { readLastCheckpoint } from "../../checkpoint/whole-checkpoint.ts";
import { toyWordpieces } from "../../cli/toy-model-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-transfer-"));
const inFolder = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

toyWordpieces([]).save(inFolder("toy.model"));
const train = { path_src: inFolder("train"), path_tgt: inFolder("train") };
writeFileSync(train.path_src, "ab cd\nef\nabc def abc\nfed\n");

type Run = RunResult & { messages: string[] };

async function run(name: string, change: Partial<ConfigInput>): Promise<Run> {
  const config = resolveConfig({
    ...{ save_model: inFolder(name), data: { corpus: train }, batch_type: "sentences", batch_size: 4 },
    ...{ warmup_steps: 0, decay_method: "none", train_steps: 1, report_every: 1 },
    ...change,
  });
  const messages: string[] = [];
  const ignore = () => {};
  const reporter = { onStart: ignore, onProgress: ignore, onValidation: ignore, onCheckpoint: ignore, onEnd: ignore };
  const result = await runTraining(
    config,
    { ...reporter, onMessage: (message) => messages.push(message) },
    new AbortController().signal,
  );
  return { ...result, messages };
}

const shape: Partial<ConfigInput> = {
  ...{ wordpiece_model: inFolder("toy.model"), hidden_size: 8, encoder_layers: 2, dropout: 0, vocab_size: 20 },
};
const lastOf = (name: string) => readLastCheckpoint<TrainerState>(inFolder(name));
const valuesOf = (tensors: readonly { name: string; data: ArrayLike<number | bigint> }[]) =>
  new Map(tensors.map(({ name, data }) => [name, Array.from(data, Number)]));

beforeAll(async () => {
  await selectBackend({ backend: "cpu" });
  await run("base", { ...shape, train_steps: 3, save_checkpoint_steps: 1 });
});

describe("a run with train_from", () => {
  test("starts from the weights that the model translates with, with moments and a schedule of its own", async () => {
    const { messages } = await run("new", { train_from: inFolder("base"), learning_rate: 1e-9 });
    const [before, after] = [lastOf("base"), lastOf("new")];
    for (const [name, values] of valuesOf(before.model)) {
      const now = valuesOf(after.model).get(name)!;
      expect(Math.max(...values.map((value, i) => Math.abs(value - now[i]!))), name).toBeLessThan(1e-7);
    }
    expect(after.state.momentSteps).toBeUndefined();
    expect(messages.join("\n")).toMatch(/starting from .*base \(.*step-000003.*: (\d+) of \1 parameters as they are/);
    expect(messages).toContainEqual(
      expect.stringMatching(/^moments of the optimiser are new .* at a learning rate of 1\.0e-9$/),
    );
    expect(readFileSync(modelPaths(inFolder("new")).wordpieces)).toEqual(readFileSync(inFolder("toy.model")));
    expect(loadConfig(modelPaths(inFolder("new")).config)).toMatchObject({
      hiddenSize: 8,
      trainFrom: inFolder("base"),
    });
  });

  test("translates with best weights rather than the last ones, where there are some", async () => {
    cpSync(inFolder("base"), inFolder("best"), { recursive: true });
    const first = readSafetensors(join(modelPaths(inFolder("base")).checkpoints, "step-000001", "model.safetensors"));
    writeBestModel(inFolder("best"), 1, first.tensors);
    await run("from-best", { train_from: inFolder("best"), learning_rate: 1e-9 });
    const after = valuesOf(lastOf("from-best").model).get("decoder.output.bias")!;
    const best = valuesOf(first.tensors).get("decoder.output.bias")!;
    expect(Math.max(...best.map((value, i) => Math.abs(value - after[i]!)))).toBeLessThan(1e-7);
  });

  test("keep_states: the next step is that of the run itself", async () => {
    cpSync(inFolder("base"), inFolder("resumed"), { recursive: true });
    await run("resumed", { ...shape, train_steps: 4 });
    const { messages } = await run("kept", { train_from: inFolder("base"), reset_optim: "keep_states" });
    const [resumed, kept] = [lastOf("resumed"), lastOf("kept")];
    expect([kept.step, kept.state.momentSteps]).toEqual([1, 3]);
    for (const part of ["model", "optimizer"] as const) {
      const expected = valuesOf(resumed[part]);
      for (const [name, values] of valuesOf(kept[part])) {
        const apart = Math.max(...values.map((value, i) => Math.abs(value - expected.get(name)![i]!)));
        expect(apart, name).toBeLessThan(1e-5);
      }
    }
    expect(messages.join("\n")).toContain("moments of the optimiser are kept, after 3 steps");
    // A second start counts on, and so does a resume.
    await run("kept", { train_from: inFolder("base"), reset_optim: "keep_states", train_steps: 2 });
    await run("again", { train_from: inFolder("kept"), reset_optim: "keep_states" });
    expect(lastOf("again").state.momentSteps).toBe(5);
  });

  test("goes on without the model, and says that another one comes too late", async () => {
    await run("begun", { train_from: inFolder("base") });
    const { messages, steps } = await run("begun", { train_from: inFolder("new"), train_steps: 2 });
    expect(steps).toBe(1);
    expect(messages).toContainEqual(expect.stringMatching(/^train_from is .*new, but stays .*base: /));
    cpSync(inFolder("base"), inFolder("moved"), { recursive: true });
    await run("orphan", { train_from: inFolder("moved") });
    rmSync(inFolder("moved"), { recursive: true });
    expect((await run("orphan", { train_from: inFolder("moved"), train_steps: 2 })).steps).toBe(1);
  });

  test("extends wordpieces by what the configuration asks for, once", async () => {
    writeFileSync(inFolder("german"), "fad\nfad\n½ fad\n");
    const data = {
      corpus: { ...train, tgt_lang: "en" },
      more: { path_src: inFolder("german"), path_tgt: inFolder("german"), tgt_lang: "de" },
    };
    const change = { train_from: inFolder("base"), data, vocab_size: 23, user_defined_symbols: ["<b>"] };
    const { messages } = await run("extended", change);
    const before = WordpieceModel.load(inFolder("toy.model"));
    const after = WordpieceModel.load(modelPaths(inFolder("extended")).wordpieces);
    const added = Array.from({ length: after.size - before.size }, (_, i) => after.pieceOf(before.size + i));
    expect([added.length, ...added.slice(0, 3)]).toEqual([6, "<2de>", "<2en>", "<b>"]);
    expect(added.slice(3)).toContain("½");
    expect(messages.join("\n")).toContain(`rows for ${added.length} new wordpieces`);
    expect((await run("extended", { ...change, train_steps: 2 })).steps).toBe(1);
  });
});

describe("is refused", () => {
  const refused = (name: string, change: Partial<ConfigInput>) => expect(run(name, change)).rejects;

  test("without a model there", async () => {
    await refused("none", { train_from: inFolder("nowhere") }).toMatchObject({
      name: "ConfigError",
      message: "train_from: no usable model: there is no such directory",
      where: inFolder("nowhere"),
    });
  });

  test("into the model itself", async () => {
    cpSync(inFolder("base"), inFolder("self"), { recursive: true });
    rmSync(modelPaths(inFolder("self")).checkpoints, { recursive: true });
    await refused("self2", { train_from: inFolder("self2") }).toThrow("are the same directory");
  });

  test.each<[string, Partial<ConfigInput>, string]>([
    ["hidden_size", { hidden_size: 16 }, "hidden_size is 16, but the model of train_from has 8"],
    ["share_embeddings", { share_embeddings: true }, "share_embeddings is true, but the model of train_from has false"],
    ["vocab_size", { vocab_size: 12 }, "a vocabulary of 12 wordpieces does not hold the 17 it would have"],
  ])("with another %s, by name, and leaves nothing to resume", async (key, change, message) => {
    await refused(`other-${key}`, { train_from: inFolder("base"), ...change }).toThrow(message);
    expect(existsSync(modelPaths(inFolder(`other-${key}`)).config)).toBe(false);
  });

  test("with wordpieces that are not the model's", async () => {
    toyWordpieces(["de"]).save(inFolder("other.model"));
    const change = { train_from: inFolder("base"), wordpiece_model: inFolder("other.model") };
    await refused("pieces", change).toThrow(/^wordpiece 4 is <2de>, and ▁ in the model of train_from/);
    mkdirSync(inFolder("stale"));
    cpSync(inFolder("other.model"), modelPaths(inFolder("stale")).wordpieces);
    await refused("stale", { train_from: inFolder("base") }).toThrow(/^wordpiece 4 is/);
  });

  test("with keep_states where there are no moments", async () => {
    cpSync(inFolder("best"), inFolder("bare"), { recursive: true });
    rmSync(modelPaths(inFolder("bare")).checkpoints, { recursive: true });
    const change = { train_from: inFolder("bare"), reset_optim: "keep_states" } as const;
    await refused("moments", change).toMatchObject({ nextStep: expect.stringContaining("Set reset_optim: all") });
  });

  test("from 8-bit weights", async () => {
    cpSync(inFolder("best"), inFolder("small"), { recursive: true });
    const { tensors } = readSafetensors(modelPaths(inFolder("best")).weights);
    const quantized = tensors.map((tensor) => ({ ...tensor, data: new Int8Array(tensor.data.length) }));
    writeBestModel(inFolder("small"), 1, quantized);
    await refused("quantized", { train_from: inFolder("small") }).toThrow("its weights are 8-bit integers");
  });
});
