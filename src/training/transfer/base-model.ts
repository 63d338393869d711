/** The model that a run starts from: its directory opened, and what of it a configuration cannot change. */
import { resolve } from "node:path";
import { CheckpointError, ConfigError } from "../../base/errors.ts";
import { requireFloats } from "../../checkpoint/match.ts";
import { type ModelDirectory, openModelDirectory } from "../../checkpoint/model-directory.ts";
import { openLatestCheckpoint } from "../../checkpoint/read-checkpoint.ts";
import { type StoredValues, storedValues } from "../../checkpoint/stored-values.ts";
import { verifiedTogether } from "../../checkpoint/verify-together.ts";
import { type Config, camelCase } from "../../config/config.ts";
import { type ConfigKey, sectionOf } from "../../config/schema.ts";
import type { ParameterValues } from "../../layers/parameters.ts";
import type { OptimizerState } from "../../optim/optimizer.ts";
import { alone } from "../../parallel/alone.ts";
import type { Communicator } from "../../parallel/communicator.ts";
import { WordpieceModel } from "../../text/wordpiece-model.ts";
import type { TrainerState } from "../trainer-state.ts";

/** A model to start from. */
export interface BaseModel {
  directory: string;
  config: Config;
  /** As the file has them. */
  wordpieces: WordpieceModel;
  wordpieceModelPath: string;
  weights: ParameterValues;
  /** The file of the weights that it translates with. */
  weightsPath: string;
  /** Which weights these are, `best weights, of step 4000`. */
  origin: string;
  /** The optimiser's, where they are to be kept. */
  moments: { values: OptimizerState; steps: number } | undefined;
}

/**
 * Opens `train_from`. With `reset_optim: keep_states` weights and moments are those of its newest checkpoint, else the weights are those it
 * translates with. Throws ConfigError where there is no such model or the configuration is for another one.
 */
export async function openBase(config: Config, ranks: Communicator = alone): Promise<BaseModel | undefined> {
  const directory = config.trainFrom;
  if (directory === undefined) return undefined;
  if (resolve(directory) === resolve(config.saveModel)) {
    throw baseError("train_from and save_model are the same directory", directory, {
      nextStep: "Set save_model to a directory of its own; without train_from, the run in it is resumed.",
    });
  }
  const files = opened(directory);
  checkKeys(config, files);
  const { config: before, wordpieceModelPath, weightsPath } = files;
  const wordpieces = WordpieceModel.load(wordpieceModelPath);
  const kept =
    config.resetOptim === "keep_states" ? await keptStates(directory, ranks) : await bestWeights(files, ranks);
  return { directory, config: before, wordpieces, wordpieceModelPath, weightsPath, ...kept };
}

type Weights = Pick<BaseModel, "weights" | "origin" | "moments">;

async function bestWeights({ weightsPath }: ModelDirectory, ranks: Communicator): Promise<Weights> {
  const { values, metadata } = await verifiedTogether(ranks, [weightsPath], () => trainable(weightsPath));
  const { step } = metadata;
  return {
    weights: values,
    origin: step === undefined ? weightsPath : `${weightsPath}, of step ${step}`,
    moments: undefined,
  };
}

function trainable(weightsPath: string): StoredValues {
  return storedValues(weightsPath, (name, dtype) => {
    if (dtype !== "I8") return requireFloats(name, dtype);
    throw baseError(`its weights are 8-bit integers (${name}), which cannot be trained`, weightsPath, {
      nextStep: "Set train_from to the model that nmt quantize was given.",
    });
  });
}

async function keptStates(directory: string, ranks: Communicator): Promise<Weights> {
  const checkpoint = await openLatestCheckpoint<TrainerState>(directory, ranks);
  if (checkpoint === undefined) {
    throw baseError("reset_optim is keep_states, but the model has no checkpoint with moments", directory, {
      nextStep: "Set reset_optim: all, or train_from to a directory with checkpoints.",
    });
  }
  const { step, state } = checkpoint;
  return {
    weights: checkpoint.model,
    origin: `its checkpoint of step ${step}`,
    moments: { values: checkpoint.optimizer, steps: step + (state.momentSteps ?? 0) },
  };
}

function opened(directory: string): ModelDirectory {
  try {
    return openModelDirectory(directory);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw baseError(error.message, error.where ?? directory, {
      nextStep: "Set train_from to a directory that nmt train, nmt finetune or nmt average wrote.",
      cause: error,
    });
  }
}

/** Keys whose change would leave no weight, or no function, of the model as it was. */
const fixed: readonly ConfigKey[] = [
  ...(["task", "normalization", "byte_fallback"] as const),
  ...(["hidden_size", "lstm_cell_size", "embedding_size"] as const),
];
/** The same of experts, where both have some. */
const fixedOfExperts: readonly ConfigKey[] = ["expert_activation", "expert_layers", "moe_output"];

function checkKeys(config: Config, { config: base, directory }: ModelDirectory): void {
  const keys = config.numExperts > 0 && base.numExperts > 0 ? [...fixed, ...fixedOfExperts] : fixed;
  const changed = keys.find((key) => settingOf(config, key) !== settingOf(base, key));
  const key = changed ?? (config.shareEmbeddings && !base.shareEmbeddings ? "share_embeddings" : undefined);
  if (key === undefined) return;
  const [now, before] = [settingOf(config, key), settingOf(base, key)];
  throw new ConfigError(`${key} is ${now}, but the model of train_from has ${before}`, {
    where: `section ${sectionOf(key)}, ${key}; ${directory}`,
    nextStep: `Leave ${key} out, or set ${key}: ${before}.`,
  });
}

function settingOf(config: Config, key: ConfigKey): string {
  return String(config[camelCase(key) as keyof Config]);
}

function baseError(what: string, where: string, details: { nextStep: string; cause?: unknown }): ConfigError {
  return new ConfigError(`train_from: ${what}`, { where, ...details });
}
