/** Reads checkpoints back, verified; a damaged newest one gives way to the one before it. */
import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { CheckpointError } from "../base/errors.ts";
import { log } from "../base/logger.ts";
import { checkpointFiles, listCheckpoints } from "./checkpoint-folder.ts";
import { modelPaths } from "./model-directory.ts";
import { readSafetensors } from "./read-safetensors.ts";
import { damaged } from "./safetensors-header.ts";
import type { Checkpoint } from "./write-checkpoint.ts";

/** Reads and verifies one checkpoint folder. Throws CheckpointError when anything in it is missing, cut off or altered. */
export function readCheckpoint<State>(path: string): Checkpoint<State> {
  const files = checkpointFiles(path);
  const { step, state } = readState<State>(files.state);
  const [model, optimizer] = [files.model, files.optimizer].map((file) => {
    const { tensors, metadata } = readSafetensors(file);
    if (metadata["step"] !== String(step)) throw damaged(file, `it is of step ${metadata["step"]}, not ${step}`);
    return tensors;
  });
  return { step, model: model!, optimizer: optimizer!, state };
}

/**
 * The newest intact checkpoint of a model directory, with a warning for each damaged one passed over; undefined when nothing was saved.
 * Throws CheckpointError when there are checkpoints and all are damaged.
 */
export function readLatestCheckpoint<State>(directory: string): Checkpoint<State> | undefined {
  const locations = listCheckpoints(modelPaths(directory).checkpoints).reverse();
  let problem: CheckpointError | undefined;
  for (const [i, { step, path }] of locations.entries()) {
    try {
      return readCheckpoint<State>(path);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      problem ??= error;
      const next = locations[i + 1];
      if (next !== undefined) {
        log.warn(
          `the checkpoint of step ${step} is not usable (${error.message}, ${error.where}); trying step ${next.step}`,
        );
      }
    }
  }
  if (problem === undefined) return undefined;
  throw new CheckpointError(`no intact checkpoint is left: ${problem.message}`, {
    where: problem.where ?? directory,
    nextStep: `Restore ${modelPaths(directory).checkpoints} from a copy, or train into another save_model directory.`,
    cause: problem,
  });
}

function readState<State>(path: string): { step: number; state: State } {
  let content: { format?: unknown; step?: number; crc32?: string; state?: State };
  try {
    content = (JSON.parse(readFileSync(path, "utf8")) ?? {}) as typeof content;
  } catch (error) {
    throw damaged(path, "the trainer's state is missing or not JSON", error);
  }
  const { step, state } = content;
  if (content.format !== 1 || !Number.isSafeInteger(step) || state === undefined) {
    throw damaged(path, "the trainer's state is not of format 1");
  }
  if (crc32(JSON.stringify(state)).toString(16) !== content.crc32) {
    throw damaged(path, "the checksum of the trainer's state does not match");
  }
  return { step: step!, state };
}
