/** Every key of a configuration file, by section: its type, range and default. Keys are flat in the file; sections only group the help. */
import * as z from "zod";
import { backendNames, precisions } from "../base/engine-names.ts";
import { MOST_THREADS } from "../base/threads.ts";
import {
  attentionKinds,
  batchTypes,
  criteria,
  decayMethods,
  decoderStarts,
  expertActivations,
  expertOptimizers,
  gatingKinds,
  guidedAlignmentCosts,
  guidedAlignments,
  moeOutputs,
  normalizations,
  optimizerResets,
  overlapRules,
  patternSides,
  tagChoices,
  tasks,
} from "./choices.ts";

const count = z.int().min(0);
const positive = z.int().min(1);
const fraction = z.number().min(0).lt(1);
const path = z.string().min(1);
/** Wordpieces write a space as ▁, so that no text has a symbol with a space. */
const symbol = z.string().regex(/^[^ ]+$/, "a symbol has no space: write two symbols, or ▁ for a space inside one");
const layerNumbers = z.array(positive);
const languageCode = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, "a language is a short code such as de or pt_BR");

/** How files of other formats than plain text are read; defaults are those of nmt data import. */
const importSchema = z.strictObject({
  format: z.string().min(1).optional(),
  tags: z.enum(tagChoices).optional(),
  fuzzy: z.boolean().optional(),
  obsolete: z.boolean().optional(),
  approved: z.boolean().optional(),
  columns: z.tuple([z.union([z.string().min(1), positive]), z.union([z.string().min(1), positive])]).optional(),
  quotes: z.boolean().optional(),
  documents: z.array(path).optional(),
});

/**
 * One corpus: a file of both languages; or two files, of plain text with equal line counts, line i of one being the translation of line i of the other,
 * or of another format.
 */
export const corpusSchema = z.strictObject({
  path: path.optional(),
  path_src: path.optional(),
  path_tgt: path.optional(),
  path_align: path.optional(),
  weight: z.number().gt(0).default(1),
  src_lang: languageCode.optional(),
  tgt_lang: languageCode.optional(),
  import: importSchema.optional(),
});

/** Of a model whose other parameters stay as they are: matrices A [rows, rank] and B [rank, columns] beside some of its own. */
const adapterSchema = z.strictObject({
  rank: positive.default(8),
  alpha: z.number().gt(0).optional(),
  parameters: z
    .array(z.string().min(1))
    .min(1)
    .default(["*lstm*_weights", "*lstm*.projection", "*attention.*_weights", "*experts.*", "*shared_expert.*"]),
});

const dataSchema = z.record(z.string().min(1), z.union([corpusSchema, z.array(corpusSchema).min(1)]));

/** A regular expression of JavaScript that texts must match, or must not, or one of each. */
const patternSchema = z
  .strictObject({
    side: z.enum(patternSides).default("either"),
    must_match: z.string().min(1).optional(),
    must_not_match: z.string().min(1).optional(),
  })
  .check((each) => {
    const given = [each.value.must_match, each.value.must_not_match].filter((pattern) => pattern !== undefined);
    for (const pattern of given) {
      const message = patternProblem(pattern);
      if (message !== undefined) each.issues.push({ code: "custom", message, input: pattern });
    }
    if (given.length === 0)
      each.issues.push({ code: "custom", message: "give must_match or must_not_match", input: each.value });
  });

/** Why a text is no regular expression. */
function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern, "u");
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Rules of cleaning that are off unless asked for, besides the lengths and what is held out. */
const cleaningSchema = z
  .strictObject({
    overlap: z.enum(overlapRules).default("drop"),
    max_characters: positive.default(10_000),
    near_duplicates: count.default(0),
    min_script_share: z.number().min(0).max(1).default(0),
    language_id: z.boolean().default(false),
    min_words: count.default(0),
    max_words: count.default(0),
    max_word_length: count.default(0),
    max_word_ratio: z.union([z.literal(0), z.number().min(1)]).default(0),
    numbers: z.union([z.boolean(), z.number().gt(0)]).default(false),
    urls: z.boolean().default(false),
    emails: z.boolean().default(false),
    tags: z.boolean().default(false),
    placeholders: z.boolean().default(false),
    patterns: z.array(patternSchema).default([]),
    repeated_characters: z.union([z.literal(0), z.int().min(2)]).default(0),
    repeated_words: z.union([z.literal(0), z.int().min(2)]).default(0),
    untranslated: z.number().min(0).max(1).default(0),
    opuscleaner: path.optional(),
  })
  .prefault({});

export const sections = {
  run: {
    task: z.enum(tasks).default("translation"),
    seed: count.default(1),
    save_model: path,
  },
  data: {
    data: dataSchema,
    target_tags: z.union([z.literal("auto"), z.boolean()]).default("auto"),
    sampling_temperature: z.number().gt(0).default(1),
    src_seq_length: positive.default(100),
    tgt_seq_length: positive.default(100),
    max_length_ratio: z.number().min(1).default(9),
    drop_duplicates: z.boolean().default(true),
    drop_identical: z.boolean().default(false),
    cleaning: cleaningSchema,
  },
  wordpieces: {
    vocab_size: positive.default(8000),
    character_coverage: z.number().gt(0).max(1).default(1),
    required_chars: z.string().default(""),
    byte_fallback: z.boolean().default(true),
    wordpiece_model: path.optional(),
    user_defined_symbols: z.array(symbol).default([]),
    normalization: z.enum(normalizations).default("nmt_nfkc"),
  },
  model: {
    hidden_size: positive.default(256),
    lstm_cell_size: positive.optional(),
    embedding_size: positive.optional(),
    encoder_layers: positive.default(3),
    decoder_layers: positive.default(2),
    attention: z.enum(attentionKinds).default("multiplicative"),
    decoder_start: z.enum(decoderStarts).default("zero"),
    share_embeddings: z.boolean().default(false),
    tie_softmax: z.boolean().default(false),
    dropout: fraction.default(0.2),
    embedding_init_std: z.number().gt(0).default(1),
    forget_bias: z.number().default(1),
    param_init: z.number().gt(0).optional(),
  },
  experts: {
    num_experts: count.default(0),
    num_experts_per_tok: positive.default(2),
    expert_hidden_size: positive.default(512),
    moe_encoder_after: layerNumbers.default([2]),
    moe_decoder_after: layerNumbers.default([1]),
    num_experts_by_layer: z.array(positive).default([]),
    num_experts_per_tok_by_layer: z.array(positive).default([]),
    expert_hidden_size_by_layer: z.array(positive).default([]),
    gating: z.enum(gatingKinds).default("noisy_top_k"),
    num_expert_groups: positive.default(16),
    num_expert_groups_per_tok: positive.default(2),
    expert_activation: z.enum(expertActivations).default("relu"),
    shared_expert_hidden_size: count.default(0),
    moe_output: z.enum(moeOutputs).default("sigmoid"),
    expert_output_init: z.number().min(0).default(1),
    expert_layers: positive.default(1),
    importance_loss_weight: z.number().min(0).optional(),
    load_loss_weight: z.number().min(0).optional(),
    router_z_loss_weight: z.number().min(0).default(0),
    moe_dropout: fraction.optional(),
  },
  base: {
    train_from: path.optional(),
    reset_optim: z.enum(optimizerResets).default("all"),
    freeze: z.array(z.string().min(1)).default([]),
    adapter: adapterSchema.optional(),
  },
  training: {
    batch_type: z.enum(batchTypes).default("tokens"),
    batch_size: positive.default(1200),
    accum_count: positive.default(1),
    expert_optim: z.enum(expertOptimizers).default("adam"),
    adam_beta1: fraction.default(0.9),
    adam_beta2: fraction.default(0.98),
    adam_epsilon: z.number().gt(0).default(1e-8),
    learning_rate: z.number().gt(0).default(0.002),
    decay_method: z.enum(decayMethods).default("cosine"),
    warmup_steps: count.default(200),
    decay_start_steps: count.default(8000),
    final_learning_rate_ratio: z.number().min(0).max(1).default(0.03),
    train_steps: count.default(0),
    train_minutes: z.number().min(0).default(0),
    max_grad_norm: z.number().min(0).default(5),
    label_smoothing: fraction.optional(),
    guided_alignment: z.enum(guidedAlignments).optional(),
    guided_alignment_weight: z.number().gt(0).default(0.1),
    guided_alignment_cost: z.enum(guidedAlignmentCosts).default("ce"),
  },
  validation: {
    valid_steps: count.default(500),
    valid_batch_size: positive.default(64),
    valid_beam_size: positive.default(1),
    valid_max_sentences: count.default(500),
    valid_samples: count.default(3),
    save_checkpoint_steps: positive.default(500),
    keep_checkpoint: positive.default(3),
    early_stopping: count.default(0),
    early_stopping_criteria: z.enum(criteria).optional(),
    best_checkpoint_metric: z.enum(criteria).optional(),
    retain_corpora: z.array(z.string().min(1)).default([]),
    retain_within: z.number().min(0).default(1),
    report_every: positive.default(50),
  },
  engine: {
    expert_parallel: z.boolean().default(true),
    check_ranks_every: count.default(1000),
    backend: z.enum(["auto", ...backendNames]).default("auto"),
    threads: count.max(MOST_THREADS).default(0),
    precision: z.enum(["auto", ...precisions]).default("f32"),
  },
} as const;

export const configSchema = z.strictObject({
  ...sections.run,
  ...sections.data,
  ...sections.wordpieces,
  ...sections.model,
  ...sections.experts,
  ...sections.base,
  ...sections.training,
  ...sections.validation,
  ...sections.engine,
});

export type SectionName = keyof typeof sections;
/** A configuration as a file may give it: every key optional that has a default. */
export type ConfigInput = z.input<typeof configSchema>;
/** A configuration whose plain defaults are filled in, keys as in the file. */
export type Settings = z.output<typeof configSchema>;
export type CorpusSettings = z.output<typeof corpusSchema>;
export type ConfigKey = keyof Settings;

/** Every top-level key, in the order of the sections. */
export const configKeys = Object.keys(configSchema.shape) as ConfigKey[];
/** Every key of one corpus under `data`. */
export const corpusKeys = Object.keys(corpusSchema.shape) as (keyof CorpusSettings)[];

/** The section that holds a top-level key. */
export function sectionOf(key: ConfigKey): SectionName {
  return (Object.keys(sections) as SectionName[]).find((name) => key in sections[name])!;
}
