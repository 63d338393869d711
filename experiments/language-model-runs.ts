/** What the language-model experiments share: LSTM, experts, LSTM (Shazeer et al. 2017, appendix C), on text in all languages. */
import { join } from "node:path";
import type { Options } from "../bench/options.ts";
import { UsageError } from "../src/base/errors.ts";
import { allTexts } from "./corpora.ts";
import { budget, type RunPlan, type SharedOptions } from "./experiment.ts";
import { languageTextPaths, writeLanguageText } from "./language-text.ts";
import { precisionOf } from "./read-shared.ts";

/** Validations and reports of balance in a run. */
const VALIDATIONS = 10;
const REPORTS = 20;

/** Appendix C at a quarter of the paper's widths, so a sixteenth of its operations a token: what two cores train in minutes is short of capacity, not of text. */
export const languageModelDefaults = {
  hidden: 128,
  "expert-hidden": 256,
  /** Experts that a position uses. */
  k: 4,
  vocab: 8000,
  "batch-tokens": 1000,
  "learning-rate": 0.002,
  /** A multiple of both counts above, so that the last report is that of the end. */
  steps: 2400,
  /** What the experts' sum goes through before the residual: the paper's `sigmoid`, which takes longer to learn, or nothing. */
  "moe-output": "identity",
  /** Scale of the experts' second matrix at the start: 0 starts them as nothing, with `identity`; with `sigmoid` use 1. */
  "output-init": 0,
} as const;

export type LanguageModelOptions = Options<typeof languageModelDefaults> & {
  readonly minutes: number;
  readonly precision: string;
};

/** Settings without seed and experts. */
export function languageModelSettings(options: LanguageModelOptions, { work }: Pick<SharedOptions, "work">) {
  const text = languageTextPaths(join(work, "text"), options.vocab);
  const length = budget(options);
  // By time, the number of steps is not known beforehand.
  const every = (times: number) =>
    length.train_steps === 0 ? 50 : Math.max(1, Math.round(length.train_steps / times));
  return {
    task: "language_model",
    data: { text: { path_src: text.train }, valid: { path_src: text.valid }, test: { path_src: text.test } },
    wordpiece_model: text.wordpieces,
    tgt_seq_length: 60,
    hidden_size: options.hidden,
    decoder_layers: 2,
    dropout: 0.1,
    batch_size: options["batch-tokens"],
    learning_rate: options["learning-rate"],
    decay_method: "cosine",
    warmup_steps: 100,
    ...length,
    valid_steps: every(VALIDATIONS),
    report_every: every(REPORTS),
    save_checkpoint_steps: Math.max(every(VALIDATIONS), 100),
    keep_checkpoint: 1,
    precision: precisionOf(options.precision),
  } as const satisfies RunPlan["settings"];
}

/** Settings of the mixture between the two LSTM layers. */
export function expertSettings(experts: number, options: LanguageModelOptions) {
  return {
    num_experts: experts,
    num_experts_per_tok: Math.min(options.k, experts),
    expert_hidden_size: options["expert-hidden"],
    moe_decoder_after: [1],
    moe_output: moeOutput(options["moe-output"]),
    expert_output_init: options["output-init"],
  } as const satisfies Partial<RunPlan["settings"]>;
}

function moeOutput(text: string): "sigmoid" | "identity" {
  if (text === "sigmoid" || text === "identity") return text;
  throw new UsageError(`--moe-output is ${text}`, { nextStep: "Use sigmoid or identity." });
}

export function prepareLanguageText(shared: SharedOptions, vocabulary: number): void {
  writeLanguageText(allTexts(shared.data), join(shared.work, "text"), vocabulary);
}

/** What the pages say about text and perplexity. */
export const languageModelNotes =
  "The model is embedding, LSTM, experts, LSTM, softmax. Its text is all languages of the corpora together, each line once; no held-out line is in it. " +
  "Perplexity is per wordpiece, `</s>` included, on the test lines, of the weights with the lowest perplexity on the validation lines. " +
  "All runs take the same number of steps, and their learning rates fall to the end of them.";
