/** A model directory: where its files are, and what translating with it needs. It is self-contained. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../base/errors.ts";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { checkpointFiles, listCheckpoints } from "./checkpoint-folder.ts";

export interface ModelPaths {
  /** The complete, resolved configuration. */
  config: string;
  /** SentencePiece model. */
  wordpieces: string;
  /** The best weights so far. */
  weights: string;
  /** An adapter, in the place of weights: it belongs to those of another directory. */
  adapter: string;
  /** Candidates of translation, where nmt shortlist has made them. */
  shortlist: string;
  /** Resumable checkpoints, one folder each. */
  checkpoints: string;
  /** JSON lines. */
  log: string;
}

export function modelPaths(directory: string): ModelPaths {
  return {
    config: join(directory, "config.yaml"),
    wordpieces: join(directory, "wordpiece.model"),
    weights: join(directory, "model.safetensors"),
    adapter: join(directory, "adapter.safetensors"),
    shortlist: join(directory, "shortlist.safetensors"),
    checkpoints: join(directory, "checkpoints"),
    log: join(directory, "log.jsonl"),
  };
}

export interface ModelDirectory {
  directory: string;
  config: Config;
  wordpieceModelPath: string;
  /** `model.safetensors`, or the newest checkpoint's weights while no validation has chosen a best. */
  weightsPath: string;
}

/** Opens a model for reading. Throws CheckpointError, saying what is missing, when there is none. */
export function openModelDirectory(directory: string): ModelDirectory {
  const stats = statSync(directory, { throwIfNoEntry: false });
  if (stats === undefined) throw noModel(directory, "there is no such directory", "Check the path after --model.");
  if (!stats.isDirectory()) {
    throw noModel(
      directory,
      "it is a file",
      "Give the directory that nmt train wrote (its save_model), not a file in it.",
    );
  }
  const paths = modelPaths(directory);
  if (readdirSync(directory).length === 0) {
    throw noModel(directory, "the directory is empty", "Train a model into it with nmt train, or check the path.");
  }
  for (const path of [paths.config, paths.wordpieces]) {
    if (!existsSync(path)) throw noModel(path, "the file is missing", "Copy the whole directory that nmt train wrote.");
  }
  const config = loadConfig(paths.config);
  if (config.adapter !== undefined) {
    throw new CheckpointError("no usable model: the directory has an adapter, which belongs to another model", {
      where: directory,
      nextStep: `Use --model ${config.trainFrom ?? "DIR"} --adapter ${directory}.`,
    });
  }
  return { directory, config, wordpieceModelPath: paths.wordpieces, weightsPath: findWeights(directory) };
}

function findWeights(directory: string): string {
  const paths = modelPaths(directory);
  if (existsSync(paths.weights)) return paths.weights;
  const newest = listCheckpoints(paths.checkpoints).at(-1);
  if (newest !== undefined) return checkpointFiles(newest.path).model;
  throw noModel(paths.weights, "there are no weights yet", "Train until the first checkpoint (save_checkpoint_steps).");
}

function noModel(where: string, why: string, nextStep: string): CheckpointError {
  return new CheckpointError(`no usable model: ${why}`, { where, nextStep });
}
