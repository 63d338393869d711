/** Checks that keys agree with each other and fills in the defaults that depend on other keys. */
import { ConfigError } from "../base/errors.ts";
import { withBaseSettings } from "./base-settings.ts";
import type { Task } from "./choices.ts";
import { type Config, fromSettings } from "./config.ts";
import { corpusRole } from "./corpora.ts";
import { configProblems } from "./problems.ts";
import { type ConfigInput, type CorpusSettings, configSchema, type Settings } from "./schema.ts";

/**
 * A complete configuration from the keys of a file.
 * Throws ConfigError, naming section and key, for an unknown key, a wrong type or keys that contradict each other.
 *
 * @example
 * import { resolveConfig } from "gnmt-moe";
 *
 * const config = resolveConfig({
 *   save_model: "models/my",
 *   data: { train: { path_src: "a.en", path_tgt: "a.de" }, valid: { path_src: "b.en", path_tgt: "b.de" } },
 *   num_experts: 16,
 * });
 */
export function resolveConfig(given: ConfigInput, source = "configuration"): Config {
  const input = withBaseSettings(given as Readonly<Record<string, unknown>>);
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) throw configProblems(parsed.error.issues, input, (_path, section) => `${source}, ${section}`);
  return resolveSettings(parsed.data, source);
}

/** The same for settings that already match the schema. */
export function resolveSettings(given: Settings, source: string): Config {
  const fail = (section: string, message: string, nextStep: string): never => {
    throw new ConfigError(message, { where: `${source}, section ${section}`, nextStep });
  };
  const settings = withTaskDefaults(given);
  const data = resolveData(settings, fail);
  const embeddingSize = settings.embedding_size ?? settings.hidden_size;
  checkTraining(settings, fail);
  checkValidation(settings, data, fail);
  checkModel(settings, embeddingSize, fail);
  checkBase(settings, fail);
  return fromSettings({
    ...settings,
    data,
    lstm_cell_size: settings.lstm_cell_size ?? settings.hidden_size,
    embedding_size: embeddingSize,
    moe_dropout: settings.moe_dropout ?? settings.dropout,
    target_tags: resolveTargetTags(settings, data, fail),
  });
}

type TaskSettings = ReturnType<typeof withTaskDefaults>;

/** Defaults that depend on the task: those of Shazeer et al. 2017, appendices C (language models) and E (translation). */
function withTaskDefaults(given: Settings) {
  const task: Task = given.task === "translation" ? "translation" : "language_model";
  const isLanguageModel = task === "language_model";
  const balance = isLanguageModel ? 0.1 : 0.01;
  const metric = isLanguageModel ? "perplexity" : "bleu";
  return {
    ...given,
    task,
    importance_loss_weight: given.importance_loss_weight ?? balance,
    load_loss_weight: given.load_loss_weight ?? balance,
    label_smoothing: given.label_smoothing ?? (isLanguageModel ? 0 : 0.1),
    early_stopping_criteria: given.early_stopping_criteria ?? metric,
    best_checkpoint_metric: given.best_checkpoint_metric ?? metric,
  } as const;
}

type Fail = (section: string, message: string, nextStep: string) => never;

function resolveData(settings: TaskSettings, fail: Fail): Record<string, CorpusSettings> {
  const data: Record<string, CorpusSettings> = {};
  for (const [name, entry] of Object.entries(settings.data)) {
    if (/^(valid|test)[A-Za-z]/.test(name)) {
      fail(
        "data",
        `the corpus name "${name}" could mean a held-out set or a training corpus`,
        `Write "${name.replace(/^(valid|test)/, "$1_")}" for a set that is only evaluated, or choose a name that does not begin with valid or test.`,
      );
    }
    if (!Array.isArray(entry)) data[name] = entry;
    else if (corpusRole(name) === "train") {
      fail("data", `the corpus "${name}" is a list`, "Give each training corpus a name of its own under data.");
    } else for (const [i, corpus] of entry.entries()) data[entry.length === 1 ? name : `${name}_${i + 1}`] = corpus;
  }
  if (!Object.keys(data).some((name) => corpusRole(name) === "train")) {
    fail(
      "data",
      "no training corpus",
      "Add one, for example data: {corpus_1: {path_src: train.en, path_tgt: train.de}}.",
    );
  }
  for (const [name, corpus] of Object.entries(data)) {
    if (corpus.path !== undefined && (corpus.path_src ?? corpus.path_tgt) !== undefined) {
      fail(`data.${name}`, "path is there, and path_src or path_tgt too", "Keep path, or the other two.");
    }
    if (corpus.path === undefined && corpus.path_src === undefined) {
      fail(
        `data.${name}`,
        "path_src is missing",
        "Name the file with the sources, or as path a file of both languages.",
      );
    }
    if (settings.task === "translation" && corpus.path === undefined && corpus.path_tgt === undefined) {
      fail(
        `data.${name}`,
        "path_tgt is missing",
        "Name the file with the translations of path_src; or write path instead of path_src for a file of both languages.",
      );
    }
    if (settings.task === "language_model" && (corpus.path ?? corpus.path_tgt) !== undefined) {
      fail(
        `data.${name}`,
        "a language model reads path_src only",
        "Name its text as path_src and nothing else, or set task: translation.",
      );
    }
  }
  return data;
}

function resolveTargetTags(settings: TaskSettings, data: Record<string, CorpusSettings>, fail: Fail): boolean {
  if (settings.task === "language_model") {
    if (settings.target_tags !== true) return false;
    fail("data", "target_tags is on, but a language model has no sources to tag", "Remove target_tags.");
  }
  const corpora = Object.entries(data);
  const train = corpora.filter(([name]) => corpusRole(name) === "train");
  const languages = new Set(train.map(([, corpus]) => corpus.tgt_lang));
  const tagged = settings.target_tags === "auto" ? languages.size > 1 : settings.target_tags;
  if (!tagged) return false;
  for (const [name, corpus] of corpora) {
    if (corpus.tgt_lang === undefined) {
      fail(
        `data.${name}`,
        "tgt_lang is missing, and target tags are on",
        "Give every corpus its tgt_lang, or set target_tags: false if there is one target language.",
      );
    } else if (!languages.has(corpus.tgt_lang)) {
      fail(
        `data.${name}`,
        `tgt_lang ${corpus.tgt_lang} is in no training corpus`,
        `Training has ${[...languages].sort().join(", ")}; correct the code or add a corpus.`,
      );
    }
  }
  return true;
}

function checkTraining(settings: TaskSettings, fail: Fail): void {
  if (settings.train_steps === 0 && settings.train_minutes === 0) {
    fail(
      "training",
      "neither train_steps nor train_minutes is set, so training would never end",
      "Set train_steps, train_minutes, or both (whichever comes first ends training).",
    );
  }
}

function checkValidation(settings: TaskSettings, data: Record<string, unknown>, fail: Fail): void {
  const validates = Object.keys(settings.data).some((name) => corpusRole(name) === "valid");
  if (settings.early_stopping > 0 && !validates) {
    fail(
      "validation",
      "early_stopping needs a validation corpus",
      "Add data: {valid: {path_src: …, path_tgt: …}}, or set early_stopping: 0.",
    );
  }
  if (settings.early_stopping > 0 && settings.valid_steps === 0) {
    fail(
      "validation",
      "early_stopping needs validation, and valid_steps is 0",
      "Set valid_steps, or early_stopping: 0.",
    );
  }
  const criteria = ["best_checkpoint_metric", "early_stopping_criteria"] as const;
  const unmeasured = criteria.find((key) => settings[key] === "bleu");
  if (settings.task === "language_model" && unmeasured !== undefined) {
    fail(
      "validation",
      `${unmeasured} is bleu, but a language model translates nothing`,
      `Set ${unmeasured}: perplexity, or leave it out.`,
    );
  }
  if (validates && unmeasured !== undefined && settings.valid_max_sentences === 0) {
    fail(
      "validation",
      `${unmeasured} is bleu, but valid_max_sentences is 0, so there is no BLEU`,
      `Set ${unmeasured}: perplexity, or translate some sentences.`,
    );
  }
  checkRetained(settings, data, fail);
}

/** Names under `data`, as lists are numbered. */
function checkRetained({ retain_corpora: retained }: TaskSettings, data: Record<string, unknown>, fail: Fail): void {
  const names = Object.keys(data).filter((name) => corpusRole(name) === "valid");
  const unknown = retained.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    fail(
      "validation",
      `retain_corpora names ${unknown}, which is no validation corpus`,
      names.length === 0 ? "Add validation corpora under data." : `There are ${names.join(", ")}.`,
    );
  }
  if (retained.length > 0 && names.every((name) => retained.includes(name))) {
    fail(
      "validation",
      "retain_corpora names every validation corpus, so that none would choose the best weights",
      "Add a validation corpus of what is to be learnt, or leave one out of retain_corpora.",
    );
  }
}

/** An adapter is nothing without a model, and begins with moments of its own. */
function checkBase({ adapter, train_from: base, reset_optim: reset }: TaskSettings, fail: Fail): void {
  if (adapter === undefined) return;
  if (base === undefined) {
    fail("base", "adapter needs a model that it belongs to", "Set train_from to that model's directory.");
  }
  if (reset !== "all") {
    fail(
      "base",
      `reset_optim is ${reset}, but an adapter has no moments before its first step`,
      "Set reset_optim: all.",
    );
  }
}

function checkModel(settings: TaskSettings, embeddingSize: number, fail: Fail): void {
  for (const key of ["hidden_size", "lstm_cell_size"] as const) {
    const size = settings[key] ?? 0;
    if (settings.task !== "translation" || size % 2 === 0) continue;
    fail(
      "model",
      `${key} is ${size}; the first encoder layer needs half of it for each direction`,
      `Set ${key}: ${size + 1}.`,
    );
  }
  if (settings.tie_softmax && embeddingSize !== settings.hidden_size) {
    fail(
      "model",
      `tie_softmax needs equal sizes, but embedding_size is ${embeddingSize} and hidden_size ${settings.hidden_size}`,
      "Make them equal, or set tie_softmax: false.",
    );
  }
  if (settings.task === "translation" && settings.decoder_layers === 1) {
    fail(
      "model",
      "decoder_layers is 1; only the layers above the first read what the attention finds in the source",
      "Set decoder_layers: 2, or more.",
    );
  }
  if (settings.num_experts === 0) return;
  if (settings.expert_layers > 1) checkDeepExpert(settings, fail);
  const stacks = settings.task === "translation" ? (["encoder", "decoder"] as const) : (["decoder"] as const);
  for (const side of stacks) {
    const layers = settings[`${side}_layers`];
    const places = settings[`moe_${side}_after`];
    const beyond = places.find((layer) => layer > layers);
    if (beyond !== undefined) {
      fail(
        "experts",
        `moe_${side}_after names layer ${beyond}, but ${side}_layers is ${layers}`,
        `Name layers from 1 to ${layers}, or an empty list for no experts there.`,
      );
    }
    if (new Set(places).size !== places.length) {
      fail("experts", `moe_${side}_after names a layer twice: ${places.join(", ")}`, "Name each layer once.");
    }
  }
  checkExpertSizes(settings, stacks.flatMap((side) => settings[`moe_${side}_after`]).length, fail);
}

/** Several layers are those of one dense network of ReLU units, which every position goes through. */
function checkDeepExpert(settings: TaskSettings, fail: Fail): void {
  const { expert_layers: layers, expert_activation: activation, shared_expert_hidden_size: shared } = settings;
  if (settings.task !== "language_model" || settings.num_experts > 1) {
    fail(
      "experts",
      `expert_layers is ${layers}; only a language model's single expert has more than one layer`,
      "Set expert_layers: 1, or task: language_model with num_experts: 1 and num_experts_per_tok: 1.",
    );
  }
  if (activation !== "relu") {
    fail(
      "experts",
      `expert_activation is ${activation}, but an expert of ${layers} layers has ReLU units`,
      "Set expert_activation: relu, or expert_layers: 1.",
    );
  }
  if (shared > 0) {
    fail(
      "experts",
      `shared_expert_hidden_size is ${shared}, but an expert of ${layers} layers has no other beside it`,
      "Set shared_expert_hidden_size: 0, or expert_layers: 1.",
    );
  }
}

function checkExpertSizes(settings: TaskSettings, layers: number, fail: Fail): void {
  const byLayer = ["num_experts_by_layer", "num_experts_per_tok_by_layer", "expert_hidden_size_by_layer"] as const;
  for (const key of byLayer) {
    const given = settings[key].length;
    if (given === 0 || given === layers) continue;
    fail(
      "experts",
      `${key} has ${given} numbers, but there are ${layers} mixture-of-experts layers`,
      `Give ${layers} numbers, the encoder's layers first, or an empty list for the same everywhere.`,
    );
  }
  for (let layer = 0; layer < layers; layer++) {
    const experts = settings.num_experts_by_layer[layer] ?? settings.num_experts;
    const used = settings.num_experts_per_tok_by_layer[layer] ?? settings.num_experts_per_tok;
    if (settings.gating === "hierarchical") checkGroups(settings, experts, used, fail);
    else if (settings.gating !== "dense" && used > experts) {
      fail(
        "experts",
        `num_experts_per_tok (${used}) is more than num_experts (${experts})`,
        `Choose num_experts_per_tok between 1 and ${experts}, or more experts.`,
      );
    }
  }
}

function checkGroups(settings: TaskSettings, experts: number, used: number, fail: Fail): void {
  const { num_expert_groups: groups, num_expert_groups_per_tok: groupsUsed } = settings;
  if (experts % groups !== 0) {
    fail(
      "experts",
      `num_experts (${experts}) cannot be shared out evenly over num_expert_groups (${groups})`,
      "Choose a number of groups that divides the number of experts.",
    );
  }
  if (groupsUsed > groups) {
    fail(
      "experts",
      `num_expert_groups_per_tok (${groupsUsed}) is more than num_expert_groups (${groups})`,
      `Choose num_expert_groups_per_tok between 1 and ${groups}.`,
    );
  }
  if (used > experts / groups) {
    fail(
      "experts",
      `num_experts_per_tok (${used}) is more than a group has experts (${experts / groups})`,
      `Choose num_experts_per_tok between 1 and ${experts / groups}, or fewer groups.`,
    );
  }
}
