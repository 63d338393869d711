// Source of truth: a score is comparable only where metric, text, tokenizer and decoding are the same; perplexity depends on the text alone.
import { expect, test } from "vitest";
import { chinese } from "../../../src/metrics/tokenizers/chinese.ts";
import { mteval13a } from "../../../src/metrics/tokenizers/mteval-13a.ts";
import { freshState, type TrainerState } from "../../../src/training/trainer-state.ts";
import { forgetIncomparable, measurementsOf } from "../../../src/training/validation/measurement.ts";
import type { ValidationCorpus } from "../../../src/training/validation/validate.ts";

const config = {
  validBeamSize: 1,
  validMaxSentences: 500,
  bestCheckpointMetric: "bleu" as const,
  earlyStoppingCriteria: "perplexity" as const,
  retainCorpora: [] as string[],
};
const corpus: ValidationCorpus = {
  name: "valid",
  targetLanguage: undefined,
  tokenizer: mteval13a,
  pairs: [],
  sourceTexts: ["a b", "c"],
  references: ["x y", "z"],
};
const measured = measurementsOf(config, [corpus]);

function used(): TrainerState {
  const score = { step: 40, perplexity: 7 };
  return {
    ...freshState(),
    best: { ...score, value: 66.8, measuredWith: measured.best },
    stopping: { ...score, value: 7, measuredWith: measured.stopping },
    stale: 2,
  };
}

test("the same text elsewhere, under another name, measures the same", () => {
  const state = used();
  expect(forgetIncomparable(state, measurementsOf(config, [{ ...corpus, name: "valid_1" }]))).toEqual([]);
  expect(state).toEqual(used());
});

test.each([
  ["another validation text", config, { references: ["x y", "Z"] }, "text", true],
  ["other sources", config, { sourceTexts: ["a b", "C"] }, "text", true],
  [
    "a line that moved to the other side",
    config,
    { sourceTexts: ["a b"], references: ["c", "x y", "z"] },
    "text",
    true,
  ],
  ["another tokenizer", config, { tokenizer: chinese }, "tokenizer", false],
  ["another beam", { ...config, validBeamSize: 4 }, {}, "decoding", false],
  ["more sentences", { ...config, validMaxSentences: 900 }, {}, "decoding", false],
] as const)("%s: the best BLEU starts anew and one line says so", (_, settings, change, name, patienceToo) => {
  const state = used();
  const notes = forgetIncomparable(state, measurementsOf(settings, [{ ...corpus, ...change } as ValidationCorpus]));
  expect(notes[0]).toBe(
    `the best bleu so far, 66.80 at step 40, was measured otherwise (${name}): the best score starts anew`,
  );
  expect(state.best).toBeUndefined();
  expect(notes).toHaveLength(patienceToo ? 2 : 1);
  expect([state.stale, state.stopping === undefined]).toEqual(patienceToo ? [0, true] : [2, false]);
});

test("another metric leaves the other one's score and patience as they were", () => {
  const state = used();
  const notes = forgetIncomparable(state, measurementsOf({ ...config, earlyStoppingCriteria: "bleu" }, [corpus]));
  expect(notes).toEqual([expect.stringMatching(/patience starts anew/)]);
  expect(state.best).toEqual(used().best);
  expect(state.stale).toBe(0);
});

test("a score of a checkpoint that does not say how it was measured is compared with none", () => {
  const state = { ...used(), best: { step: 2, value: 3 } as TrainerState["best"], stopping: undefined };
  expect(forgetIncomparable(state, measured)).toHaveLength(1);
  expect([state.best, state.stale]).toEqual([undefined, 0]);
});

test("corpora to be retained are measured apart, and so is what they had at the start", () => {
  const two = [corpus, { ...corpus, name: "valid_general" }];
  const state = { ...used(), retained: { bleu: 30, perplexity: 5 } };
  Object.assign(state.best!, { measuredWith: measurementsOf(config, two).best });
  const apart = measurementsOf({ ...config, retainCorpora: ["valid_general"] }, two);
  expect(forgetIncomparable(state, apart)[0]).toContain("was measured otherwise (retained)");
  expect([state.best, state.retained]).toEqual([undefined, undefined]);
  const other = measurementsOf({ ...config, retainCorpora: ["valid"] }, two);
  expect(other.best).not.toEqual(apart.best);
});
