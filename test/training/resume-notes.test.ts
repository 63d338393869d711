// Source of truth: what each key decides: wordpieces and initial values are settled, rates follow the schedules by hand.
import { expect, test } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { resumedConfig } from "../../src/training/resume-notes.ts";

const german = { path_src: "a", path_tgt: "b", src_lang: "en", tgt_lang: "de" };
const settings: ConfigInput = {
  save_model: "model",
  data: { one: german },
  learning_rate: 0.003,
  warmup_steps: 10,
  train_steps: 60,
};
const recorded = resolveConfig(settings);

function resume(change: Partial<ConfigInput>, state: { step: number; trainSeconds: number } | undefined) {
  const given = resolveConfig({ ...settings, ...change });
  return { given, ...resumedConfig(recorded, given, state) };
}
const at60 = { step: 60, trainSeconds: 30 };

test("nothing is said of an equal configuration, nor of keys that change nothing learnt", () => {
  const silent = { save_model: "./model", threads: 2, keep_checkpoint: 9, valid_steps: 5, early_stopping: 3 };
  for (const change of [{}, silent]) {
    const { given, config, notes } = resume(
      { ...change, ...("threads" in change && { data: { one: german, valid: german } }) },
      at60,
    );
    expect(notes).toEqual([]);
    expect(config).toEqual(given);
  }
});

test("keys about wordpieces and initial values stay as recorded, a line for each", () => {
  const change = { vocab_size: 9000, required_chars: "ß", forget_bias: 0, param_init: 0.1, wordpiece_model: "x.model" };
  const { config, notes } = resume(change, at60);
  expect(config).toEqual(recorded);
  expect(notes).toHaveLength(5);
  expect(notes[0]).toBe(
    "vocab_size is 9000, but stays 8000: the run has its wordpieces; another save_model starts anew",
  );
  expect(notes.filter((note) => note.includes("start of a run alone"))).toHaveLength(2);
});

test("without a checkpoint the wordpieces alone are settled", () => {
  const { config, notes } = resume({ vocab_size: 9000, forget_bias: 0, adam_beta2: 0.9, train_steps: 5 }, undefined);
  expect(notes).toHaveLength(1);
  expect(config).toMatchObject({ vocabSize: 8000, forgetBias: 0, adamBeta2: 0.9, trainSteps: 5 });
});

test("a key that changes the run is said with both values and its step", () => {
  const { config, given, notes } = resume({ adam_beta2: 0.9, dropout: 0.3, hidden_size: 128 }, at60);
  expect(notes).toContain("adam_beta2 is 0.9 from step 61 on, 0.98 before");
  expect(notes).toContain("dropout is 0.3 from step 61 on, 0.2 before");
  expect(notes).toContain("hidden_size is 128, but the checkpoint's model has 256");
  expect(config).toEqual(given);
});

test("a schedule that changes says the last rate and the next", () => {
  // 0.03 + 0.97 · (1 + cos π p) / 2 of 0.003, at p = 59/60 and at 60/240.
  expect(resume({ train_steps: 240 }, at60).notes).toEqual([
    "the schedule has changed (train_steps 60 → 240): the learning rate is 9.2e-5 at step 60, 2.6e-3 at step 61",
  ]);
  const { notes } = resume(
    { learning_rate: 0.001, decay_method: "none", train_steps: 240 },
    { step: 5, trainSeconds: 3 },
  );
  // Half of the warm-up: 0.0015 times the cosine at 4/60, then 0.6 of 0.001.
  expect(notes).toEqual([
    expect.stringMatching(/^the schedule has changed .* is 1\.5e-3 at step 5, 6\.0e-4 at step 6$/),
  ]);
});

test("corpora and languages that come and go are named", () => {
  const french = { ...german, tgt_lang: "fr" };
  const { notes } = resume({ data: { one: { ...german, weight: 2 }, two: french }, target_tags: false }, at60);
  expect(notes).toEqual([
    "the corpus one has changed",
    "the corpus two is new",
    "target language fr is new: wordpieces stay those of the languages that the run began with",
  ]);
  expect(resume({ data: { two: french } }, at60).notes).toEqual([
    "the corpus one is no longer trained on",
    "the corpus two is new",
    expect.stringContaining("target language fr is new"),
    expect.stringContaining("target language de is no longer trained on"),
  ]);
});
