/**
 * Translation with experts against a dense model of equal operations per token, with several gates, or in two precisions: perplexity,
 * BLEU and chrF on the test set, and whether the differences are more than chance.
 */
import { join } from "node:path";
import { numberList, readOptions } from "../bench/options.ts";
import { UsageError } from "../src/base/errors.ts";
import { log } from "../src/base/logger.ts";
import { tokenizersFor } from "../src/metrics/tokenizers/for-language.ts";
import { type CorpusName, textPair } from "./corpora.ts";
import { budget, type Experiment, type RunPlan, type SharedOptions, sharedDefaults } from "./experiment.ts";
import { writeWordpieces } from "./language-text.ts";
import type { OpenExperiment } from "./main.ts";
import { listOf, precisionOf, readShared } from "./read-shared.ts";
import { translationBody, translationCharts } from "./translation-tables.ts";

const defaults = {
  ...sharedDefaults,
  seeds: "1,2,3",
  corpus: "tatoeba",
  pair: "en-de",
  /** The first is what the others are compared with. */
  variants: "dense,moe",
  experts: 16,
  k: 2,
  "expert-hidden": 512,
  /** After which layers experts stand: `decoder`, or `both` sides as in the paper. */
  places: "decoder",
  /** Weight of the importance and of the load loss. */
  balance: 0.1,
  hidden: 256,
  vocab: 6000,
  dropout: 0.2,
  "batch-tokens": 800,
  "learning-rate": 0.002,
  beam: 5,
  /** 0: by corpus, see STEPS. */
  steps: 0,
} as const;

type Options = ReturnType<typeof readOptions<typeof defaults>>;

/** Steps of a run unless `--steps` or `--minutes` says otherwise. */
const STEPS: Record<CorpusName, number> = { tatoeba: 1500, multi30k: 2600 };
const VALIDATIONS = 10;

/** What a variant changes. Dense has one expert as wide as k of the mixture's, which every position uses. */
export function variantSettings(variant: string, options: Options): Partial<RunPlan["settings"]> {
  const { experts, k, "expert-hidden": width, balance } = options;
  const mixture = {
    num_experts: experts,
    num_experts_per_tok: k,
    expert_hidden_size: width,
    importance_loss_weight: balance,
    load_loss_weight: balance,
  };
  const precision = precisionOf(options.precision);
  switch (variant) {
    case "dense":
      return {
        ...{ num_experts: 1, num_experts_per_tok: 1, expert_hidden_size: k * width, gating: "dense" },
        ...{ importance_loss_weight: 0, load_loss_weight: 0, precision },
      };
    case "moe":
      return { ...mixture, gating: "noisy_top_k", precision };
    case "strict":
      return { ...mixture, gating: "strictly_balanced", importance_loss_weight: 0, load_loss_weight: 0, precision };
    case "f32":
    case "bf16":
      return { ...mixture, gating: "noisy_top_k", precision: variant };
    default:
      throw new UsageError(`there is no variant "${variant}"`, {
        nextStep: "Use dense, moe, strict, f32 or bf16, with commas between.",
      });
  }
}

export const open: OpenExperiment = (argv): Experiment => {
  const options = readOptions(argv, defaults);
  const corpus = corpusOf(options.corpus);
  const shared = readShared(options, `translation-${corpus}`);
  const variants = listOf(options.variants);
  if (variants.length === 0) throw new UsageError("--variants is empty", { nextStep: "Write --variants dense,moe." });
  const seeds = numberList("seeds", options.seeds);
  const base = baseSettings(options, corpus, shared);
  const runs = variants.flatMap((row) =>
    seeds.map((seed): RunPlan => {
      const settings = { ...base, seed, ...variantSettings(row, options) };
      return { row, seed, settings, beamSize: options.beam };
    }),
  );
  return {
    options: shared,
    runs,
    prepare: () => {
      const { source, target } = textPair(shared.data, corpus, options.pair, "train");
      for (const split of ["valid", "test"] as const) textPair(shared.data, corpus, options.pair, split);
      writeWordpieces([source, target], wordpiecePath(options, corpus, shared), options.vocab);
    },
    report: async (resultOf) => {
      const [tokenizer] = await tokenizersFor([options.pair.split("-")[1]], log.warn);
      return {
        title: `Translation, ${corpus} ${options.pair}: ${variants.join(", ")}`,
        question: question(variants),
        body: translationBody({ variants, seeds, runs, resultOf, beam: options.beam, tokenizer: tokenizer! }),
        charts: translationCharts(variants, runs, resultOf),
      };
    },
  };
};

function question(variants: readonly string[]): string {
  return variants.every((variant) => variant === "f32" || variant === "bf16")
    ? "Does training in bf16, products of numbers of 16 bits summed in 32, reach what training in f32 reaches? The runs differ in nothing else."
    : "Does a mixture of experts translate better than a dense model of the same operations per token, and is the difference more than chance? The dense model has one feed-forward network, as wide as the experts that a position uses, where the others have the mixture. `strict` is the strictly balanced gate of appendix F (Shazeer et al. 2017).";
}

function encoderPlaces(places: string): number[] {
  if (places === "decoder") return [];
  if (places === "both") return [2];
  throw new UsageError(`--places is ${places}`, { nextStep: "Use decoder or both." });
}

function corpusOf(name: string): CorpusName {
  if (name === "tatoeba" || name === "multi30k") return name;
  throw new UsageError(`there is no corpus "${name}"`, { nextStep: "Use --corpus tatoeba or --corpus multi30k." });
}

function wordpiecePath({ pair, vocab }: Options, corpus: CorpusName, { work }: SharedOptions): string {
  return join(work, "wordpieces", `${corpus}-${pair}-${vocab}.model`);
}

function baseSettings(options: Options, corpus: CorpusName, shared: SharedOptions) {
  const [source, target] = options.pair.split("-");
  const length = budget({ steps: options.steps || STEPS[corpus], minutes: options.minutes });
  const every = length.train_steps === 0 ? 500 : Math.max(1, Math.round(length.train_steps / VALIDATIONS));
  const files = (split: "train" | "valid" | "test") => {
    const found = textPair(shared.data, corpus, options.pair, split);
    return { path_src: found.source, path_tgt: found.target, src_lang: source, tgt_lang: target };
  };
  return {
    task: "translation",
    data: { [corpus]: files("train"), valid: files("valid"), test: files("test") },
    wordpiece_model: wordpiecePath(options, corpus, shared),
    src_seq_length: 80,
    tgt_seq_length: 80,
    hidden_size: options.hidden,
    encoder_layers: 3,
    decoder_layers: 2,
    decoder_start: "bridge",
    dropout: options.dropout,
    moe_encoder_after: encoderPlaces(options.places),
    moe_decoder_after: [1],
    moe_output: "identity",
    expert_output_init: 0,
    batch_size: options["batch-tokens"],
    learning_rate: options["learning-rate"],
    decay_method: "cosine",
    warmup_steps: 200,
    label_smoothing: 0.1,
    ...length,
    valid_steps: every,
    valid_max_sentences: 0,
    best_checkpoint_metric: "perplexity",
    early_stopping_criteria: "perplexity",
    report_every: every,
    save_checkpoint_steps: Math.max(every, 200),
    keep_checkpoint: 1,
  } satisfies RunPlan["settings"];
}
