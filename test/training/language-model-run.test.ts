// Source of truth: an undisturbed run of the same configuration, and perplexity by hand from the model's own scores. Text is made here.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import { listCheckpoints } from "../../src/checkpoint/checkpoint-folder.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { scoreTexts } from "../../src/decoding/force-score.ts";
import { loadLanguageModel, loadTranslationModel } from "../../src/inference/open-model.ts";
import { type RunReporter, runTraining } from "../../src/training/run-training.ts";
import type { Validation } from "../../src/training/validation/validate.ts";
import { readCheckpoint } from "../checkpoint/whole-checkpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-lm-"));
beforeAll(() => selectBackend({ backend: "cpu" }));
afterAll(() => rmSync(folder, { recursive: true }));

/** Words that follow each other: one after two, two after one. */
function texts(seed: number, count: number): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: 2 + random.integer(5) }, (_, i) => (i % 2 === 0 ? "ab" : "ba")[random.integer(2)]!).join(" "),
  );
}
const validTexts = [...texts(2, 10), "a  b ", "b"];
writeFileSync(join(folder, "train.txt"), texts(1, 300).join("\n"));
writeFileSync(join(folder, "valid.txt"), [...validTexts.slice(0, 4), "", ...validTexts.slice(4)].join("\n"));

function configOf(name: string) {
  return resolveConfig({
    task: "lm",
    save_model: join(folder, name),
    data: { text: { path_src: join(folder, "train.txt") }, valid: { path_src: join(folder, "valid.txt") } },
    drop_duplicates: false,
    vocab_size: 8,
    byte_fallback: false,
    hidden_size: 8,
    dropout: 0.1,
    num_experts: 4,
    expert_hidden_size: 8,
    batch_size: 60,
    accum_count: 2,
    learning_rate: 0.02,
    warmup_steps: 5,
    train_steps: 24,
    valid_steps: 8,
    save_checkpoint_steps: 5,
    report_every: 4,
  });
}

interface Run {
  validations: Validation[];
  losses: number[];
  end?: { step: number; reason: string };
}

/** Trains until the end, or until a stop is asked for after a step. */
async function train(name: string, stopAfter = Number.POSITIVE_INFINITY): Promise<Run> {
  const run: Run = { validations: [], losses: [] };
  const stop = new AbortController();
  const reporter: RunReporter = {
    onMessage: () => {},
    onStart: () => {},
    onProgress: ({ step, perplexity }) => {
      run.losses.push(perplexity);
      if (step >= stopAfter) stop.abort();
    },
    onValidation: (_step, validation) => run.validations.push(validation),
    onCheckpoint: () => {},
    onEnd: (step, reason) => {
      run.end = { step, reason };
    },
  };
  await runTraining(configOf(name), reporter, stop.signal);
  return run;
}

function lastCheckpoint(name: string) {
  return readCheckpoint<unknown>(listCheckpoints(join(folder, name, "checkpoints")).at(-1)!.path);
}

describe("a run of task: lm", () => {
  const whole = once(() => train("whole"));

  test("lowers perplexity, by validation and on training batches", async () => {
    const { validations, losses } = await whole();
    expect(validations).toHaveLength(3);
    expect(validations[2]!.perplexity).toBeLessThan(validations[0]!.perplexity);
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    expect(validations[2]!.bleu).toBeNaN();
    expect(validations[2]!.corpora[0]!.samples).toEqual([]);
  });

  test("its perplexities are exp of the negative log-likelihood per piece and per word, ends counted, blank lines not", async () => {
    const { validations } = await whole();
    const loaded = await loadLanguageModel(join(folder, "whole"), { backend: "cpu" });
    const scores = await scoreTexts(loaded, validTexts);
    loaded.model.dispose();
    const nll = -scores.reduce((sum, { logProbability }) => sum + logProbability, 0);
    const pieces = scores.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const words = validTexts.reduce((sum, text) => sum + text.trim().split(/ +/).length + 1, 0);
    const best = validations.reduce((a, b) => (a.perplexity < b.perplexity ? a : b));
    expect(best.perplexity).toBeCloseTo(Math.exp(nll / pieces), 4);
    expect(best.wordPerplexity).toBeCloseTo(Math.exp(nll / words), 4);
    expect(words).not.toBe(pieces);
  });

  test("stopped in the middle, the same command ends at the same parameters and moments", async () => {
    await whole();
    expect((await train("stopped", 12)).end).toEqual({ step: 12, reason: "stopped" });
    expect(lastCheckpoint("stopped").step).toBe(12);
    await train("stopped");
    const [expected, found] = [lastCheckpoint("whole"), lastCheckpoint("stopped")];
    expect(found.step).toBe(24);
    expect(found.model).toEqual(expected.model);
    expect(found.optimizer).toEqual(expected.optimizer);
  });

  test("its directory is refused where a translation model is needed", async () => {
    await whole();
    await expect(loadTranslationModel(join(folder, "whole"))).rejects.toThrow("does not translate");
  });
});

/** Started by the first that asks. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => {
    value ??= make();
    return value;
  };
}
