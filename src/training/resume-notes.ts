/** What a resumed run makes of a configuration that has changed: keys that cannot change keep their values, and a line says each. */
import { isDeepStrictEqual } from "node:util";
import { type Config, camelCase, toSettings } from "../config/config.ts";
import { corporaOf, sourceLanguages, targetLanguages } from "../config/corpora.ts";
import type { ConfigKey } from "../config/schema.ts";
import { learningRateAt } from "../optim/schedules.ts";
import { budgetSpent } from "./stop-reason.ts";
import type { TrainerState } from "./trainer-state.ts";

/**
 * wordpieces: the directory has its wordpieces; start: decides initial values alone. Neither can change.
 * shape: of the parameters, so another one is an error where the checkpoint is read.
 * changes: holds from the next step on. schedule: so does the learning rate. data: corpora. silent: changes nothing that is learnt, or
 * is told of elsewhere.
 */
type Effect = "wordpieces" | "start" | "shape" | "changes" | "schedule" | "data" | "silent";

/** Every key, so that a new one is not forgotten. */
const effects: Record<ConfigKey, Effect> = {
  task: "shape",
  seed: "changes",
  save_model: "silent",
  data: "data",
  target_tags: "changes",
  sampling_temperature: "changes",
  src_seq_length: "changes",
  tgt_seq_length: "changes",
  max_length_ratio: "changes",
  drop_duplicates: "changes",
  drop_identical: "changes",
  cleaning: "changes",
  vocab_size: "wordpieces",
  character_coverage: "wordpieces",
  required_chars: "wordpieces",
  byte_fallback: "wordpieces",
  wordpiece_model: "wordpieces",
  user_defined_symbols: "wordpieces",
  normalization: "wordpieces",
  hidden_size: "shape",
  lstm_cell_size: "shape",
  embedding_size: "shape",
  encoder_layers: "shape",
  decoder_layers: "shape",
  attention: "shape",
  decoder_start: "shape",
  share_embeddings: "shape",
  tie_softmax: "shape",
  dropout: "changes",
  embedding_init_std: "start",
  forget_bias: "start",
  param_init: "start",
  num_experts: "shape",
  num_experts_per_tok: "changes",
  expert_hidden_size: "shape",
  moe_encoder_after: "shape",
  moe_decoder_after: "shape",
  num_experts_by_layer: "shape",
  num_experts_per_tok_by_layer: "changes",
  expert_hidden_size_by_layer: "shape",
  gating: "shape",
  num_expert_groups: "shape",
  num_expert_groups_per_tok: "changes",
  expert_activation: "shape",
  shared_expert_hidden_size: "shape",
  moe_output: "changes",
  expert_output_init: "start",
  expert_layers: "shape",
  importance_loss_weight: "changes",
  load_loss_weight: "changes",
  router_z_loss_weight: "changes",
  moe_dropout: "changes",
  train_from: "start",
  reset_optim: "start",
  freeze: "changes",
  adapter: "shape",
  batch_type: "changes",
  batch_size: "changes",
  accum_count: "changes",
  expert_optim: "changes",
  adam_beta1: "changes",
  adam_beta2: "changes",
  adam_epsilon: "changes",
  learning_rate: "schedule",
  decay_method: "schedule",
  warmup_steps: "schedule",
  decay_start_steps: "schedule",
  final_learning_rate_ratio: "schedule",
  train_steps: "schedule",
  train_minutes: "schedule",
  max_grad_norm: "changes",
  label_smoothing: "changes",
  guided_alignment: "changes",
  guided_alignment_weight: "changes",
  guided_alignment_cost: "changes",
  valid_steps: "silent",
  valid_batch_size: "silent",
  valid_beam_size: "silent",
  valid_max_sentences: "silent",
  valid_samples: "silent",
  save_checkpoint_steps: "silent",
  keep_checkpoint: "silent",
  early_stopping: "silent",
  early_stopping_criteria: "silent",
  best_checkpoint_metric: "silent",
  retain_corpora: "silent",
  retain_within: "silent",
  report_every: "silent",
  expert_parallel: "silent",
  check_ranks_every: "silent",
  backend: "silent",
  threads: "silent",
  precision: "changes",
};

export interface ResumedConfig {
  /** With the recorded values of keys that cannot change. */
  config: Config;
  /** A line for each change. */
  notes: string[];
}

/**
 * `recorded` is the configuration that the directory's run has used so far. `state` is absent for a run without a checkpoint, of
 * whom wordpieces alone are there.
 */
export function resumedConfig(
  recorded: Config,
  given: Config,
  state: Pick<TrainerState, "step" | "trainSeconds"> | undefined,
): ResumedConfig {
  const [before, now] = [toSettings(recorded), toSettings(given)] as unknown as Record<ConfigKey, unknown>[];
  const changed = (Object.keys(effects) as ConfigKey[]).filter((key) => !isDeepStrictEqual(before![key], now![key]));
  const of = (...which: Effect[]) => changed.filter((key) => which.includes(effects[key]));
  const was = (key: ConfigKey) => show(before![key]);
  const is = (key: ConfigKey) => show(now![key]);
  const fixed = state === undefined ? of("wordpieces") : of("wordpieces", "start");
  const notes = fixed.map((key) => {
    const why = effects[key] === "start" ? "it matters at the start of a run alone" : "the run has its wordpieces";
    return `${key} is ${is(key)}, but stays ${was(key)}: ${why}; another save_model starts anew`;
  });
  const kept = Object.fromEntries(fixed.map((key) => [camelCase(key), recorded[camelCase(key) as keyof Config]]));
  // A value that the record does not have is undefined here, and so unset.
  const config = { ...given, ...kept } as Config;
  if (state === undefined) return { config, notes };
  const next = state.step + 1;
  notes.push(
    ...of("shape").map((key) => `${key} is ${is(key)}, but the checkpoint's model has ${was(key)}`),
    ...of("changes").map((key) => `${key} is ${is(key)} from step ${next} on, ${was(key)} before`),
    ...dataNotes(recorded, given),
    ...scheduleNotes(
      recorded,
      given,
      of("schedule").map((key) => `${key} ${was(key)} → ${is(key)}`),
      state,
    ),
  );
  return { config, notes };
}

function dataNotes(recorded: Config, given: Config): string[] {
  const notes: string[] = [];
  const [before, now] = [recorded, given].map(
    (config) => new Map(corporaOf(config, "train").map((each) => [each.name, each])),
  );
  for (const name of new Set([...before!.keys(), ...now!.keys()])) {
    const [old, current] = [before!.get(name), now!.get(name)];
    if (isDeepStrictEqual(old, current)) continue;
    const what = old === undefined ? "is new" : current === undefined ? "is no longer trained on" : "has changed";
    notes.push(`the corpus ${name} ${what}`);
  }
  for (const [side, languagesOf] of [["source", sourceLanguages] as const, ["target", targetLanguages] as const]) {
    const [old, current] = [languagesOf(recorded), languagesOf(given)];
    for (const language of current.filter((each) => !old.includes(each))) {
      notes.push(`${side} language ${language} is new: wordpieces stay those of the languages that the run began with`);
    }
    for (const language of old.filter((each) => !current.includes(each))) {
      notes.push(`${side} language ${language} is no longer trained on, and config.yaml names it no more`);
    }
  }
  return notes;
}

/** The rate of the last step, by the schedule it had, and of the next one. */
function scheduleNotes(
  recorded: Config,
  given: Config,
  changes: readonly string[],
  { step, trainSeconds }: Pick<TrainerState, "step" | "trainSeconds">,
): string[] {
  if (changes.length === 0 || step === 0) return [];
  const last = learningRateAt(recorded, step, budgetSpent({ step: step - 1, trainSeconds }, recorded));
  const next = learningRateAt(given, step + 1, budgetSpent({ step, trainSeconds }, given));
  const rates = `${last.toExponential(1)} at step ${step}, ${next.toExponential(1)} at step ${step + 1}`;
  return [`the schedule has changed (${changes.join(", ")}): the learning rate is ${rates}`];
}

function show(value: unknown): string {
  return value === undefined ? "unset" : typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}
