/** What a run writes into its model directory: checkpoints, the best weights, the state before a failure. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { CheckpointError } from "../base/errors.ts";
import { checkpointName, listCheckpoints } from "../checkpoint/checkpoint-folder.ts";
import { modelPaths } from "../checkpoint/model-directory.ts";
import { openLatestCheckpoint } from "../checkpoint/read-checkpoint.ts";
import { type DividedArray, writeCheckpointTogether } from "../checkpoint/write-together.ts";
import type { ParameterValues } from "../layers/parameters.ts";
import type { Optimizer, OptimizerState } from "../optim/optimizer.ts";
import { alone } from "../parallel/alone.ts";
import type { Communicator } from "../parallel/communicator.ts";
import type { PartOf } from "../parallel/parts.ts";
import type { TrainStepResult } from "./train-step.ts";
import { freshState, stateProblem, type TrainerState } from "./trainer-state.ts";

/** Variables as plain arrays. On the native backend these are the variables' own memory: what is written from them must be so before the next step. */
export function namedArrays(variables: Saved): DividedArray[] {
  return variables.map(({ name, variable, part }) => ({
    ...(part !== undefined && { part }),
    name,
    shape: variable.shape,
    data: (nativeBackend()?.floats(variable) ?? variable.dataSync()) as Float32Array<ArrayBuffer>,
  }));
}

export interface ResumedRun<Position> {
  state: TrainerState<Position>;
  parameters: ParameterValues;
  moments: OptimizerState;
}

/**
 * The newest intact checkpoint of a model directory, or undefined for a new run; its tensors are read when they are asked for. Throws CheckpointError
 * where there are only unusable ones.
 */
export async function readRun<Position>(
  directory: string,
  ranks: Communicator = alone,
): Promise<ResumedRun<Position> | undefined> {
  const checkpoint = await openLatestCheckpoint<TrainerState<Position>>(directory, ranks);
  if (checkpoint === undefined) return undefined;
  const problem = stateProblem(checkpoint.state, checkpoint.step);
  if (problem !== undefined) {
    throw new CheckpointError(`the trainer's state cannot be gone on with: ${problem}`, {
      where: join(modelPaths(directory).checkpoints, checkpointName(checkpoint.step)),
      nextStep: "Remove that folder; the same command goes on from the checkpoint before it.",
    });
  }
  return {
    // JSON leaves out what is undefined: in its place again, so that later checkpoints have the bytes of a run that never stopped.
    state: { ...freshState<Position>(), ...checkpoint.state },
    parameters: checkpoint.model,
    moments: checkpoint.optimizer,
  };
}

/**
 * Throws CheckpointError where training would overwrite weights that are no run's: a model that `nmt average` wrote, or a copy
 * without checkpoints. A run has a checkpoint before its first best weights.
 */
export function refuseForeignModel(directory: string): void {
  const { weights: ofModel, adapter, checkpoints } = modelPaths(directory);
  const weights = [ofModel, adapter].find((path) => existsSync(path));
  if (weights === undefined || listCheckpoints(checkpoints).length > 0) return;
  throw new CheckpointError("the directory has a model without checkpoints, which training would overwrite", {
    where: weights,
    nextStep: "Give another directory as save_model, or move the model elsewhere.",
  });
}

/** What checkpoints have. */
export type Saved = readonly { name: string; variable: tf.Variable; part?: PartOf }[];

/** By all ranks together. */
export async function saveRun(
  directory: string,
  saved: Saved,
  optimizer: Optimizer,
  state: TrainerState,
  keep: number,
  ranks: Communicator = alone,
): Promise<void> {
  const arrays = { model: namedArrays(saved), optimizer: namedArrays(optimizer.state()) };
  await writeCheckpointTogether(ranks, directory, { step: state.step, ...arrays, state }, keep);
}

/** Parameters as they were before the step that failed, and the corpus lines of its batch. */
export async function saveFailure(
  directory: string,
  saved: Saved,
  optimizer: Optimizer,
  state: TrainerState,
  result: TrainStepResult,
  lines: readonly number[],
  ranks: Communicator = alone,
): Promise<void> {
  const folder = join(directory, "failure");
  await saveRun(folder, saved, optimizer, state, 1, ranks);
  const ofAll = (await ranks.gatherValues([...lines]).ended()).flat().sort((a, b) => a - b);
  if (ranks.rank > 0) return;
  const figures = Object.fromEntries(Object.entries(result).map(([key, value]) => [key, String(value)]));
  writeFileAtomic(
    join(folder, "batch.json"),
    `${JSON.stringify({ step: state.step + 1, lines: ofAll, ...figures }, null, 2)}\n`,
  );
}
