/** Checkpoints read whole, for comparing. */
import { readFileSync } from "node:fs";
import { checkpointFiles, listCheckpoints } from "../../src/checkpoint/checkpoint-folder.ts";
import { modelPaths } from "../../src/checkpoint/model-directory.ts";
import { openLatestCheckpoint } from "../../src/checkpoint/read-checkpoint.ts";
import { readSafetensors } from "../../src/checkpoint/read-safetensors.ts";
import type { Checkpoint } from "../../src/checkpoint/write-checkpoint.ts";

/** Tensors in the order of the file. */
export function readCheckpoint<State>(path: string): Checkpoint<State> {
  const files = checkpointFiles(path);
  const { step, state } = JSON.parse(readFileSync(files.state, "utf8"));
  return {
    step,
    model: readSafetensors(files.model).tensors,
    optimizer: readSafetensors(files.optimizer).tensors,
    state,
  };
}

/** The newest one of a model directory. */
export function readLastCheckpoint<State>(directory: string): Checkpoint<State> {
  return readCheckpoint(listCheckpoints(modelPaths(directory).checkpoints).at(-1)!.path);
}

/** What a run would go on from. */
export async function readLatestCheckpoint<State>(directory: string): Promise<Checkpoint<State> | undefined> {
  const found = await openLatestCheckpoint<State>(directory);
  if (found === undefined) return undefined;
  const arrays = (values: (typeof found)["model"]) =>
    [...values].map(([name, { shape, data }]) => ({ name, shape, data: data as Float32Array<ArrayBuffer> }));
  return { step: found.step, model: arrays(found.model), optimizer: arrays(found.optimizer), state: found.state };
}
