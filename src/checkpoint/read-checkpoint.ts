/** Opens checkpoints, verified; a damaged newest one gives way to the one before it. */
import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { CheckpointError } from "../base/errors.ts";
import { log } from "../base/logger.ts";
import { alone } from "../parallel/alone.ts";
import type { Communicator } from "../parallel/communicator.ts";
import { checkpointFiles, listCheckpoints } from "./checkpoint-folder.ts";
import type { NamedValues } from "./match.ts";
import { modelPaths } from "./model-directory.ts";
import { damaged } from "./safetensors-header.ts";
import { storedValues } from "./stored-values.ts";
import { verifiedTogether } from "./verify-together.ts";

/** A checkpoint whose tensors are read when they are asked for. */
export interface OpenCheckpoint<State> {
  step: number;
  model: NamedValues;
  optimizer: NamedValues;
  state: State;
}

/**
 * The newest intact checkpoint of a model directory, with a warning for each damaged one passed over; undefined when nothing was saved. All ranks
 * call it, verify it together, and have the same. Throws CheckpointError when there are checkpoints and all are damaged.
 */
export async function openLatestCheckpoint<State>(
  directory: string,
  ranks: Communicator = alone,
): Promise<OpenCheckpoint<State> | undefined> {
  const own = listCheckpoints(modelPaths(directory).checkpoints).reverse();
  // Folders on other machines may appear late: what rank 0 sees counts.
  const locations = (await ranks.gatherValues(own).ended())[0]!;
  let problem: CheckpointError | undefined;
  for (const [i, { step, path }] of locations.entries()) {
    const { model, optimizer } = checkpointFiles(path);
    try {
      return await verifiedTogether(ranks, [model, optimizer], () => openCheckpoint<State>(path));
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

/** Reads all of one checkpoint folder but its tensors. Throws CheckpointError when anything is missing, cut off or of another step. */
function openCheckpoint<State>(path: string): OpenCheckpoint<State> {
  const files = checkpointFiles(path);
  const { step, state } = readState<State>(files.state);
  const [model, optimizer] = [files.model, files.optimizer].map((file) => {
    const { values, metadata } = storedValues(file);
    if (metadata["step"] !== String(step)) throw damaged(file, `it is of step ${metadata["step"]}, not ${step}`);
    return values;
  });
  return { step, model: model!, optimizer: optimizer!, state };
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
