/** Saves a resumable checkpoint: all files into a folder of their own, then one rename. A kill leaves the old ones as they were. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { syncFolder, writeFileAtomic } from "../base/atomic-file.ts";
import { TrainingError } from "../base/errors.ts";
import {
  checkpointFiles,
  checkpointName,
  listCheckpoints,
  removeUnfinished,
  rotateCheckpoints,
} from "./checkpoint-folder.ts";
import { modelPaths } from "./model-directory.ts";
import type { NamedArray } from "./safetensors-header.ts";
import { writeSafetensors } from "./write-safetensors.ts";

/** Everything that going on exactly needs. `state` is plain JSON: counters, data position, random state, best score, patience. */
export interface Checkpoint<State> {
  step: number;
  model: readonly NamedArray[];
  optimizer: readonly NamedArray[];
  state: State;
}

/**
 * Writes `checkpoints/step-NNNNNN` in a model directory and then removes all but the newest `keep`. Returns its path.
 * Throws TrainingError when the disk is full; the earlier checkpoints are then intact.
 */
export function writeCheckpoint<State>(directory: string, checkpoint: Checkpoint<State>, keep: number): string {
  const folder = modelPaths(directory).checkpoints;
  const name = checkpointName(checkpoint.step);
  const unfinished = join(folder, `.${name}.new`);
  return orDiskFull(directory, checkpoint.step, () => {
    removeUnfinished(folder);
    try {
      mkdirSync(unfinished, { recursive: true });
      const files = checkpointFiles(unfinished);
      const metadata = { step: String(checkpoint.step) };
      writeSafetensors(files.model, checkpoint.model, metadata);
      writeSafetensors(files.optimizer, checkpoint.optimizer, metadata);
      return commitCheckpoint(directory, checkpoint, keep);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      throw error;
    }
  });
}

/** Completes a checkpoint whose tensors lie in `.step-NNNNNN.new`, and gives it its name. Returns its path. */
export function commitCheckpoint<State>(
  directory: string,
  { step, state }: Pick<Checkpoint<State>, "step" | "state">,
  keep: number,
): string {
  const folder = modelPaths(directory).checkpoints;
  const name = checkpointName(step);
  const unfinished = join(folder, `.${name}.new`);
  writeFileAtomic(checkpointFiles(unfinished).state, encodeState(step, state));
  const path = join(folder, name);
  replaceFolder(unfinished, path, join(folder, `.${name}.old`));
  syncFolder(folder);
  rotateCheckpoints(folder, keep);
  return path;
}

/** Writes the best weights so far as `model.safetensors` of the model directory. */
export function writeBestModel(
  directory: string,
  step: number,
  model: readonly NamedArray[],
  metadata: Readonly<Record<string, string>> = {},
): void {
  const { weights } = modelPaths(directory);
  orDiskFull(directory, step, () => writeSafetensors(weights, model, { step: String(step), ...metadata }));
}

function encodeState(step: number, state: unknown): string {
  const text = JSON.stringify(state);
  return `{"format":1,"step":${step},"crc32":"${crc32(text).toString(16)}","state":${text}}\n`;
}

/** A folder cannot be renamed onto a full one, so the old one of the same step steps aside for a moment. */
function replaceFolder(from: string, to: string, aside: string): void {
  const replaces = existsSync(to);
  if (replaces) renameSync(to, aside);
  renameSync(from, to);
  if (replaces) rmSync(aside, { recursive: true, force: true });
}

/** Runs `write`, whose failure for lack of space becomes a TrainingError that says which step is intact. */
export function orDiskFull<Result>(directory: string, step: number, write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    throw diskFull(error, directory, step) ?? error;
  }
}

/** The error of a lack of space, which says which step is intact; undefined for other failures. `who` is the rank that lacks it. */
export function diskFull(error: unknown, directory: string, step: number, who?: string): TrainingError | undefined {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  if (code !== "ENOSPC" && code !== "EDQUOT") return undefined;
  const last = listCheckpoints(modelPaths(directory).checkpoints).at(-1);
  const intact = last === undefined ? "nothing had been saved before" : `the checkpoint of step ${last.step} is intact`;
  return new TrainingError(`the disk is full: step ${step} was not saved; ${intact}`, {
    where: who === undefined ? directory : `${directory} (${who})`,
    nextStep: "Free space or lower keep_checkpoint, then run the same command to go on from the last checkpoint.",
    cause: error,
  });
}
