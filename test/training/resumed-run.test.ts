// Source of truth: a model directory says what was trained in it; a second command never loses or misreports that. Text is made here.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { modelPaths } from "../../src/checkpoint/model-directory.ts";
import { readSafetensors } from "../../src/checkpoint/read-safetensors.ts";
import { loadConfig } from "../../src/config/load.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { type RunResult, runTraining } from "../../src/training/run-training.ts";
import type { Validation } from "../../src/training/validation/validate.ts";
import { toyWordpieces } from "../cli/toy-model-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-resumed-"));
beforeAll(() => selectBackend({ backend: "cpu" }));
afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string) => join(folder, name);
toyWordpieces([]).save(inFolder("toy.model"));
const train = { path_src: inFolder("train"), path_tgt: inFolder("train") };
const valid = { path_src: inFolder("valid"), path_tgt: inFolder("valid") };
const other = { path_src: inFolder("other"), path_tgt: inFolder("other") };
writeFileSync(train.path_src, "ab cd\nef\nabc def abc\nfed\n");
writeFileSync(valid.path_src, "ab ef\nabc\n");
writeFileSync(other.path_src, "fe\ndcba\nab\n");

interface Run extends RunResult {
  messages: string[];
  validations: { step: number; validation: Validation; isBest: boolean }[];
  /** The reason's sentence. */
  end: string;
}

async function run(name: string, change: Partial<ConfigInput> = {}, onCheckpoint = () => {}): Promise<Run> {
  const config = resolveConfig({
    save_model: inFolder(name),
    data: { corpus: train, valid },
    wordpiece_model: inFolder("toy.model"),
    hidden_size: 8,
    encoder_layers: 2,
    dropout: 0,
    batch_size: 20,
    warmup_steps: 0,
    train_steps: 2,
    valid_steps: 1,
    ...change,
  });
  const told: Pick<Run, "messages" | "validations" | "end"> = { messages: [], validations: [], end: "" };
  const result = await runTraining(
    config,
    {
      onMessage: (message) => told.messages.push(message),
      onStart: () => {},
      onProgress: () => {},
      onValidation: (step, validation, isBest) => told.validations.push({ step, validation, isBest }),
      onCheckpoint,
      onEnd: (_step, _reason, message) => {
        told.end = message;
      },
    },
    new AbortController().signal,
  );
  return { ...result, ...told };
}

const bestStep = (name: string) => readSafetensors(modelPaths(inFolder(name)).weights).metadata["step"];

test("another validation text makes the old best score incomparable, and better weights take their place", async () => {
  const perplexity = { best_checkpoint_metric: "perplexity", early_stopping_criteria: "perplexity" } as const;
  await run("texts", perplexity);
  const first = bestStep("texts");
  const second = await run("texts", { ...perplexity, data: { corpus: train, valid: other }, train_steps: 3 });
  expect(second.messages).toContainEqual(
    expect.stringMatching(/was measured otherwise \(text\): the best score starts anew$/),
  );
  expect(second.validations[0]).toMatchObject({ step: 3, isBest: true });
  expect([first, bestStep("texts")]).toEqual([expect.stringMatching(/[12]/), "3"]);
  const third = await run("texts", { ...perplexity, data: { corpus: train, valid: other }, train_steps: 4 });
  expect(third.messages.join()).not.toContain("measured otherwise");
});

test("BLEU has the tokenizer of each corpus's target language", async () => {
  const data = {
    zh: { ...train, tgt_lang: "zh" },
    valid_zh: { ...valid, tgt_lang: "zh-hans" },
    valid_de: { ...valid, tgt_lang: "de" },
  };
  const { validations } = await run("languages", { data, train_steps: 1, target_tags: false });
  expect(validations[0]!.validation.corpora.map(({ tokenizer }) => tokenizer)).toEqual(["zh", "13a"]);
});

test("the same command again trains nothing, says why, and leaves the directory as it is", async () => {
  const first = await run("done", { early_stopping: 1, learning_rate: 1e-12, train_steps: 9 });
  expect(first.reason).toBe("early-stopping");
  expect(first.end).toMatch(/^ended early at step \d: 1 validation without better bleu/);
  const files = () => readFileSync(modelPaths(inFolder("done")).config, "utf8");
  const before = files();
  const again = await run("done", { early_stopping: 1, learning_rate: 1e-12, train_steps: 9, adam_beta2: 0.5 });
  expect([again.reason, again.steps, again.validations]).toEqual(["early-stopping", 0, []]);
  expect(again.end).toMatch(/^nothing to train: early stopping ended the run at step \d/);
  expect(files()).toBe(before);
  const ended = await run("steps");
  expect(ended.end).toBe("ended at step 2: train_steps is 2");
  expect((await run("steps")).end).toMatch(/^nothing to train: step 2 is reached/);
});

test("what cannot change stays, in config.yaml too, and is said", async () => {
  await run("fixed");
  const { messages, steps } = await run("fixed", { vocab_size: 500, forget_bias: 3, dropout: 0.1, train_steps: 3 });
  expect(steps).toBe(1);
  expect(messages.filter((message) => /but stays/.test(message))).toHaveLength(2);
  expect(loadConfig(modelPaths(inFolder("fixed")).config)).toMatchObject({
    ...{ vocabSize: 8000, forgetBias: 1, dropout: 0.1, trainSteps: 3 },
  });
});

test("a model that has lost its experts is refused, not trained without them", async () => {
  await run("experts", { num_experts: 2, expert_hidden_size: 4 });
  await expect(run("experts", { train_steps: 3 })).rejects.toThrow("is not part of this model");
});

test("weights without checkpoints are refused, and stay", async () => {
  await run("whole");
  const paths = modelPaths(inFolder("copy"));
  cpSync(inFolder("whole"), inFolder("copy"), { recursive: true });
  rmSync(paths.checkpoints, { recursive: true });
  const [weights, config] = [readFileSync(paths.weights), readFileSync(paths.config)];
  await expect(run("copy", { train_steps: 5 })).rejects.toThrow("a model without checkpoints");
  expect(readFileSync(paths.weights)).toEqual(weights);
  expect(readFileSync(paths.config)).toEqual(config);
});

test("a run that ends between its first checkpoint and its first best weights makes that validation again", async () => {
  const killed = run("killed", { train_steps: 3 }, () => {
    throw new Error("killed");
  });
  await expect(killed).rejects.toThrow("killed");
  expect(existsSync(modelPaths(inFolder("killed")).weights)).toBe(false);
  const { messages, validations } = await run("killed", { train_steps: 3 });
  expect(messages.join()).not.toContain("missing");
  const undisturbed = await run("undisturbed", { train_steps: 3 });
  expect(validations).toEqual(undisturbed.validations);
  expect(validations.map(({ step }) => step)).toEqual([1, 2, 3]);
  const weights = (name: string) => readFileSync(modelPaths(inFolder(name)).weights);
  expect(weights("killed")).toEqual(weights("undisturbed"));
  const state = (name: string) =>
    readFileSync(join(modelPaths(inFolder(name)).checkpoints, "step-000003", "state.json"), "utf8").replace(
      /"(crc32|trainSeconds)":[^,]*/g,
      "",
    );
  expect(state("killed")).toBe(state("undisturbed"));
});

test("best weights that are gone are missed, and made again", async () => {
  await run("lost");
  rmSync(modelPaths(inFolder("lost")).weights);
  const { messages } = await run("lost", { train_steps: 3, learning_rate: 1 });
  expect(messages).toContainEqual(expect.stringMatching(/the best weights, of step \d, are missing/));
  expect(existsSync(modelPaths(inFolder("lost")).weights)).toBe(true);
});
