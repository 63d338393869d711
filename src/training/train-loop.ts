/** The training loop: steps until the budget is spent, with validation, checkpoints, early stopping and a clean stop on request. */
import { setImmediate } from "node:timers/promises";
import type { Batch } from "../base/batch.ts";
import { TrainingError } from "../base/errors.ts";
import type { Criterion } from "../config/choices.ts";
import type { TrainableModel } from "../model/trainable-model.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { learningRateAt, type ScheduleOptions } from "../optim/schedules.ts";
import { alone } from "../parallel/alone.ts";
import type { CommunicationTimes, Communicator } from "../parallel/communicator.ts";
import { requireSameParameters } from "./ranks/same-parameters.ts";
import { type Progress, ReportWindow } from "./report-window.ts";
import {
  budgetReached,
  budgetSpent,
  endedBefore,
  patienceUsedUp,
  type RunLimits,
  type StopReason,
} from "./stop-reason.ts";
import { stepIsFinite, type TrainStepResult, trainStep } from "./train-step.ts";
import type { TrainerState } from "./trainer-state.ts";
import {
  type BestScore,
  improves,
  type Measurement,
  retainedLoss,
  type ValidationScores,
} from "./validation/best-score.ts";
import type { Measurements } from "./validation/measurement.ts";

/** An endless, resumable supply of batches. */
export interface TrainingData<Position> {
  next(): Promise<Batch>;
  /** Where to resume so that the next batch is the one `next` would return now. */
  position(): Position;
}

export interface TrainLoopOptions extends RunLimits {
  schedule: ScheduleOptions;
  seed: number;
  labelSmoothing: number;
  accumCount: number;
  reportEvery: number;
  validSteps: number;
  saveCheckpointSteps: number;
  earlyStoppingCriteria: Criterion;
  bestCheckpointMetric: Criterion;
  /** Validation corpora that are not to be forgotten, and how much of their BLEU or perplexity, by `bestCheckpointMetric`, may be lost. */
  retainCorpora: readonly string[];
  retainWithin: number;
  /** Steps after which ranks compare their parameters; 0: never. */
  checkRanksEvery?: number;
  /** What validation measures with. */
  measurements: Measurements;
}

/** What the loop asks of its surroundings; all I/O is theirs. */
export interface TrainLoopHooks {
  onProgress(progress: Progress): void;
  /** undefined when there is nothing to validate on. */
  validate(step: number): Promise<ValidationScores | undefined>;
  /** Told after each validation whether the current parameters are the best so far, and then to be kept. */
  onValidation(state: TrainerState, isBest: boolean): Promise<void>;
  saveCheckpoint(state: TrainerState): Promise<void>;
  /** The loss or gradient is not a number: keep what led to it. */
  saveFailure(state: TrainerState, result: TrainStepResult, lines: number[]): Promise<void>;
  /** Asked between steps; true saves and ends. */
  shouldStop(): boolean;
  /** Told when a step begins, before it waits for its batches, and when it has ended. */
  onStepStart?(): void;
  onStepEnd?(step: StepTimes): void;
}

export interface StepTimes {
  /** Milliseconds it waited for batches. */
  dataWait: number;
}

/**
 * Trains until a limit is reached or a stop is asked for, and tells which. A run whose limits were reached before trains nothing
 * and saves nothing. Throws TrainingError for a loss or gradient that is not finite.
 */
export async function trainLoop<Position>(
  model: TrainableModel,
  optimizer: Optimizer,
  data: TrainingData<Position>,
  state: TrainerState,
  options: TrainLoopOptions,
  hooks: TrainLoopHooks,
  ranks: Communicator = alone,
): Promise<StopReason> {
  const window = new ReportWindow(model, ranks);
  let stopAsked = false;
  /** A signal to any rank stops all of them, and their clock is that of rank 0. */
  const agree = async () => {
    stopAsked = hooks.shouldStop();
    if (ranks.size === 1) return;
    const all = await ranks.gatherNumbers(Float64Array.of(stopAsked ? 1 : 0, state.trainSeconds)).ended();
    stopAsked = all.some(([asked]) => asked === 1);
    state.trainSeconds = all[0]![1]!;
  };
  let hasCheckpoint = state.step > 0;
  const save = async () => {
    state.position = data.position();
    await hooks.saveCheckpoint(state);
    hasCheckpoint = true;
  };
  const validate = async () => {
    const scores = await hooks.validate(state.step);
    // Weights are never without a checkpoint beside them: a directory that has weights alone is no run's to go on with. This one
    // knows nothing of the validation, so that a run killed before its weights are written makes it again.
    if (scores !== undefined && !hasCheckpoint) await save();
    state.validated = state.step;
    if (scores !== undefined) await hooks.onValidation(state, judge(state, scores, options));
  };
  const ended = endedBefore(state, options);
  if (ended !== undefined) return ended;
  state.finished = false;
  if (state.validated === undefined && validatesFirst(state, options)) await validate();
  while (budgetSpent(state, options) < 1) {
    await setImmediate(); // Lets signals in: ready batches alone never leave the microtask queue.
    await agree();
    if (budgetSpent(state, options) >= 1) break;
    if (stopAsked) {
      await save();
      return "stopped";
    }
    hooks.onStepStart?.();
    const started = performance.now();
    const batches: Batch[] = [];
    for (let i = 0; i < options.accumCount; i++) batches.push(await data.next());
    const fed = performance.now();
    const learningRate = learningRateAt(options.schedule, state.step + 1, budgetSpent(state, options));
    const { seed, labelSmoothing } = options;
    const noise = { seed, pass: state.pass };
    const before = ranks.times?.();
    const result = trainStep(model, optimizer, batches, { learningRate, labelSmoothing, ...noise, ranks });
    const communication = before && between(before, ranks.times!());
    if (!stepIsFinite(result)) await failNotFinite(state, result, batches, hooks);
    state.step++;
    state.pass += batches.length * ranks.size;
    state.targetTokens += result.targetTokens;
    state.sourceTokens += result.sourceTokens;
    const ended = performance.now();
    hooks.onStepEnd?.({ dataWait: fed - started });
    state.trainSeconds += (ended - started) / 1000;
    window.add(result, (fed - started) / 1000, (ended - started) / 1000, communication);
    if (state.step % options.reportEvery === 0) hooks.onProgress(window.report(state, learningRate, options));
    if (checksRanks(options, state)) await requireSameParameters(ranks, model);
    const validates = state.step % options.validSteps === 0;
    if (validates) await validate();
    const stale = validates && patienceUsedUp(state, options);
    if (stale || state.step % options.saveCheckpointSteps === 0) await save();
    if (stale) return "early-stopping";
  }
  if (state.validated !== state.step) await validate();
  state.finished = true;
  await save();
  return budgetReached(state, options)!;
}

/** Whether a run that has validated nothing does so before its next step. */
function validatesFirst({ step }: TrainerState, { retainCorpora, validSteps }: TrainLoopOptions): boolean {
  return step === 0 ? retainCorpora.length > 0 : step % validSteps === 0;
}

/** Records a validation: the best weights so far, and the patience of early stopping. True where the weights are the best. */
function judge(state: TrainerState, scores: ValidationScores, options: TrainLoopOptions): boolean {
  const { earlyStoppingCriteria: stopping, bestCheckpointMetric: metric, measurements } = options;
  if (scores.retained !== undefined) state.retained ??= scores.retained;
  const record = (value: number, measuredWith: Measurement): BestScore => ({
    step: state.step,
    value,
    perplexity: scores.perplexity,
    measuredWith,
  });
  const kept = isRetained(metric, state, scores, options);
  const better = kept && improves(stopping, scores, state.stopping);
  state.stale = better ? 0 : state.stale + 1;
  if (better) state.stopping = record(scores[stopping], measurements.stopping);
  const isBest = kept && improves(metric, scores, state.best);
  if (isBest) state.best = record(scores[metric], measurements.best);
  return isBest;
}

/** Whether the corpora that are not to be forgotten have lost no more than they may. */
function isRetained(
  criterion: Criterion,
  { retained: start }: Pick<TrainerState, "retained">,
  { retained: now }: ValidationScores,
  { retainWithin }: Pick<TrainLoopOptions, "retainWithin">,
): boolean {
  return now === undefined || start === undefined || retainedLoss(criterion, now, start) <= retainWithin;
}

function between(from: CommunicationTimes, to: CommunicationTimes): CommunicationTimes {
  return { underWay: to.underWay - from.underWay, waited: to.waited - from.waited };
}

function checksRanks({ checkRanksEvery = 0 }: TrainLoopOptions, { step }: TrainerState): boolean {
  return checkRanksEvery > 0 && step % checkRanksEvery === 0;
}

async function failNotFinite(
  state: TrainerState,
  result: TrainStepResult,
  batches: readonly Batch[],
  hooks: TrainLoopHooks,
): Promise<never> {
  const lines = batches.flatMap((batch) => [...batch.lines]).sort((a, b) => a - b);
  await hooks.saveFailure(state, result, lines);
  const shown = lines.slice(0, 10).join(", ") + (lines.length > 10 ? ", …" : "");
  throw new TrainingError(
    `the ${Number.isFinite(result.smoothedLoss) ? "gradient" : "loss"} of step ${state.step + 1} is not a finite number`,
    {
      where: `corpus lines ${shown}`,
      nextStep:
        "The parameters before this step and the batch's lines were saved in failure/. Lower learning_rate or max_grad_norm, or look at those lines; the same command resumes from the last checkpoint.",
    },
  );
}
