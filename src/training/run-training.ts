/** A whole training run from a configuration: wordpieces, corpora, model, loop, and its model directory. Resumes by itself. */

import { existsSync, mkdirSync } from "node:fs";
import { removeAllLeftovers, writeFileAtomic } from "../base/atomic-file.ts";
import type { Batch } from "../base/batch.ts";
import { modelPaths } from "../checkpoint/model-directory.ts";
import type { Config } from "../config/config.ts";
import { toYaml } from "../config/write.ts";
import { type DataPosition, openTrainingData } from "../data/batches/training-data.ts";
import { type Optimizer, stateBytes } from "../optim/optimizer.ts";
import { alone } from "../parallel/alone.ts";
import type { Communicator } from "../parallel/communicator.ts";
import { calibrateGates, calibrationBatches } from "./calibrate-gates.ts";
import { alignCorpora } from "./guided-alignment.ts";
import { firstRankFirst } from "./ranks/first-rank.ts";
import { requireParallel } from "./ranks/require-parallel.ts";
import { sameScores } from "./ranks/same-scores.ts";
import type { Progress } from "./report-window.ts";
import { configFor } from "./resume-config.ts";
import { readRun, refuseForeignModel, saveFailure, saveRun } from "./run-files.ts";
import { budgetReached, describeStop, endedBefore, type StopReason } from "./stop-reason.ts";
import { type StepTimes, type TrainLoopHooks, trainLoop } from "./train-loop.ts";
import { bestPath, keptParameters, type TrainedWeights, trainedWeights } from "./trained-weights.ts";
import { freshState, type TrainerState } from "./trainer-state.ts";
import { prepareCorpora } from "./training-corpora.ts";
import { type TrainingTask, trainingTask } from "./training-task.ts";
import { openBase } from "./transfer/base-model.ts";
import { transferFrom } from "./transfer/transfer.ts";
import { forgetIncomparable, measurementsOf } from "./validation/measurement.ts";
import { type Validation, type ValidationCorpus, validate } from "./validation/validate.ts";
import { heldOutCorpora } from "./validation/validation-corpora.ts";
import { ensureWordpieces } from "./vocabulary.ts";

/** What a run tells while it goes; showing and logging are the receiver's. */
export interface RunReporter {
  /** Something that takes a while has begun or was found, in a sentence. */
  onMessage(message: string): void;
  /** Before the first step. */
  onStart(start: RunStart): void;
  /** Every `report_every` steps. */
  onProgress(progress: Progress): void;
  /** After each validation; `isBest` where its weights are kept as the best. */
  onValidation(step: number, validation: Validation, isBest: boolean): void;
  /** After each checkpoint. */
  onCheckpoint(step: number): void;
  /** After the last checkpoint; `message` says why in a sentence. A run that fails is told of where a loss or gradient is not finite. */
  onEnd(step: number, reason: StopReason, message: string): void;
  /** Before each step. */
  onStepStart?(): void;
  /** After each step. */
  onStepEnd?(step: StepTimes): void;
}

/** A run that is about to train. */
export interface RunStart {
  /** 0 for a new run, else the step it resumes after. */
  step: number;
  /** Step of the last validation, where there was one. */
  validated?: number;
  /** How many numbers the model has. */
  parameters: number;
  /** Moments, in bytes. */
  optimizerStateBytes: number;
  /** Wordpieces. */
  vocabularySize: number;
  /** Of a job of several: how many, their machines, and what carries their messages, library and version. */
  ranks?: { size: number; hosts: readonly string[]; transport: string };
}

/** How a run ended. */
export interface RunResult {
  /** Why it ended. */
  reason: StopReason;
  /** Step, best score and patience, position in the data. */
  state: TrainerState;
  /** Steps that this call trained; 0 where a limit had been reached before. */
  steps: number;
  /** How many numbers the model has. */
  parameters: number;
}

/**
 * Trains into `given.saveModel` on the backend already selected, from its newest checkpoint if there is one.
 * `signal` asks for a stop: the run saves a checkpoint and returns. Throws ConfigError, DataError, WordpieceError and CheckpointError for what it
 * cannot use, TrainingError where the loss is not finite or the disk is full. In a job of several processes all of them call it, and `reporter` hears of
 * the same on each.
 *
 * @example
 * import { loadConfig, runTraining, selectBackend, trainingReporter } from "gnmt-moe";
 *
 * const config = loadConfig("train.yaml");
 * const stop = new AbortController();
 * process.once("SIGINT", () => stop.abort());
 * const reporter = trainingReporter(config, await selectBackend(config));
 * const { reason, steps } = await runTraining(config, reporter, stop.signal);
 * console.log(`${steps} steps, ended by ${reason}`);
 */
export async function runTraining(
  given: Config,
  reporter: RunReporter,
  signal: AbortSignal,
  ranks: Communicator = alone,
): Promise<RunResult> {
  const directory = given.saveModel;
  const paths = modelPaths(directory);
  refuseForeignModel(directory);
  mkdirSync(directory, { recursive: true });
  removeAllLeftovers(directory);
  const resumed = await readRun<DataPosition>(directory, ranks);
  const { config, notes } = configFor(directory, given, resumed?.state);
  for (const note of notes) reporter.onMessage(note);
  requireParallel(config, ranks);
  // What is there decides what is done: no rank may write before all have looked.
  await ranks.barrier().ended();
  const isFirst = ranks.rank === 0;
  // An adapter's checkpoints don't have the weights that it belongs to.
  const base = resumed === undefined || config.adapter !== undefined ? await openBase(config, ranks) : undefined;
  const wordpieces = await firstRankFirst(ranks, () =>
    ensureWordpieces(config, paths.wordpieces, reporter.onMessage, base),
  );
  const transfer = base && transferFrom(base, config, wordpieces);
  const state: TrainerState<DataPosition> = resumed?.state ?? { ...freshState(), ...transfer?.state };
  if (state.best !== undefined && !existsSync(bestPath(config, directory))) {
    reporter.onMessage(`the best weights, of step ${state.best.step}, are missing: the best score starts anew`);
    state.best = undefined;
  }
  const stored = resumed?.parameters;
  const values = {
    ...(transfer ? { initial: transfer.initial } : { stored }),
    frozen: keptParameters(config),
    ...(ranks.size > 1 && config.expertParallel && { expertRanks: ranks }),
  };
  const task = trainingTask(config, wordpieces, values);
  const { model } = task;
  if (config.adapter !== undefined) transfer!.requireUnchanged();
  const weights = trainedWeights(config, model, base, stored, state, ranks);
  // After the model, so that a configuration its checkpoint doesn't fit leaves the directory as it was.
  if (resumed === undefined && isFirst) writeFileAtomic(paths.config, toYaml(config));
  if (weights.note !== undefined) reporter.onMessage(weights.note);
  for (const line of resumed === undefined ? (transfer?.report() ?? []) : []) reporter.onMessage(line);
  const moments = resumed === undefined ? transfer?.moments() : resumed.moments;
  const optimizer = weights.optimizer(moments, state.step + (state.momentSteps ?? 0));
  const { corpora, validation } = await firstRankFirst(ranks, async () => {
    const prepared = await prepareCorpora(config, wordpieces, reporter.onMessage);
    const aligned = await alignCorpora(config, wordpieces, prepared.corpora, reporter.onMessage);
    const validation = await heldOutCorpora(config, wordpieces, "valid", reporter.onMessage);
    return { corpora: { ...prepared, corpora: aligned }, validation };
  });
  const calibration = calibrationBatches(model, corpora);
  const worker = { index: ranks.rank, count: ranks.size };
  const data = await openTrainingData({ ...corpora, worker, startPosition: state.position });
  try {
    const parameters = model.parameterCount;
    reporter.onStart({
      step: state.step,
      ...(state.validated !== undefined && { validated: state.validated }),
      parameters,
      optimizerStateBytes: stateBytes(optimizer),
      vocabularySize: wordpieces.size,
      ...(ranks.size > 1 && { ranks: { size: ranks.size, hosts: ranks.hosts, transport: ranks.transport } }),
    });
    const measurements = measurementsOf(config, validation);
    if (budgetReached(state, config) === undefined) {
      for (const note of forgetIncomparable(state, measurements)) reporter.onMessage(note);
    }
    // What trains nothing is not what the model was trained with.
    if (isFirst && endedBefore(state, config) === undefined) writeFileAtomic(paths.config, toYaml(config));
    const before = state.step;
    const end = (reason: StopReason) => {
      reporter.onEnd(state.step, reason, describeStop(reason, state, config, state.step - before));
    };
    const hooks = runHooks(
      config,
      { ...task, weights, optimizer, validation, calibration, ranks },
      reporter,
      signal,
      end,
    );
    const options = { ...config, schedule: config, measurements };
    const reason = await trainLoop(model, optimizer, data, state, options, hooks, ranks);
    end(reason);
    return { reason, state, steps: state.step - before, parameters };
  } finally {
    await data.close();
    optimizer.dispose();
    model.dispose();
  }
}

function runHooks(
  config: Config,
  parts: TrainingTask & {
    weights: TrainedWeights;
    optimizer: Optimizer;
    validation: ValidationCorpus[];
    calibration: Batch[];
    ranks: Communicator;
  },
  reporter: RunReporter,
  signal: AbortSignal,
  end: (reason: StopReason) => void,
): TrainLoopHooks {
  const { model, weights, optimizer, validation, translate, calibration, ranks } = parts;
  const directory = config.saveModel;
  let last: Validation | undefined;
  return {
    onProgress: (progress) => reporter.onProgress(progress),
    onStepStart: () => reporter.onStepStart?.(),
    onStepEnd: (step) => reporter.onStepEnd?.(step),
    shouldStop: () => signal.aborted,
    validate: async () => {
      calibrateGates(model, calibration);
      if (validation.length === 0) return undefined;
      last = await validate(model, validation, config.validBatchSize, translate, config.retainCorpora);
      return sameScores(ranks, last);
    },
    onValidation: async (state, isBest) => {
      if (last !== undefined) reporter.onValidation(state.step, last, isBest);
      if (isBest) await weights.saveBest(directory, state.step);
    },
    saveCheckpoint: async (state) => {
      await saveRun(directory, weights.saved, optimizer, state, config.keepCheckpoint, ranks);
      reporter.onCheckpoint(state.step);
    },
    saveFailure: async (state, result, lines) => {
      await saveFailure(directory, weights.saved, optimizer, state, result, lines, ranks);
      end("not-finite");
    },
  };
}
