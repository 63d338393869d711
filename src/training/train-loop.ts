/** The training loop: steps until the budget is spent, with validation, checkpoints, early stopping and a clean stop on request. */
import { setImmediate } from "node:timers/promises";
import type { Batch } from "../base/batch.ts";
import { TrainingError } from "../base/errors.ts";
import type { Criterion } from "../config/choices.ts";
import type { TrainableModel } from "../model/trainable-model.ts";
import type { BalanceReport } from "../moe/expert-balance.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { learningRateAt, type ScheduleOptions } from "../optim/schedules.ts";
import { stepIsFinite, type TrainStepResult, trainStep } from "./train-step.ts";
import { improves, type TrainerState } from "./trainer-state.ts";

/** An endless, resumable supply of batches. */
export interface TrainingData<Position> {
  next(): Promise<Batch>;
  /** Where to resume so that the next batch is the one `next` would return now. */
  position(): Position;
}

export interface ValidationScores {
  perplexity: number;
  /** NaN where no translations were made. */
  bleu: number;
}

/** Figures since the last report. */
export interface Progress {
  step: number;
  /** Share of the training budget spent, in [0, 1]. */
  done: number;
  /** Cross-entropy with label smoothing, nats per target token. */
  loss: number;
  perplexity: number;
  balanceLoss: number;
  learningRate: number;
  gradientNorm: number;
  targetTokensPerSecond: number;
  sourceTokensPerSecond: number;
  /** Share of the time spent waiting for batches. */
  dataWait: number;
  secondsLeft: number;
  /** By layer name; empty in a dense model. */
  experts: Record<string, BalanceReport>;
}

export interface TrainLoopOptions {
  schedule: ScheduleOptions;
  seed: number;
  labelSmoothing: number;
  accumCount: number;
  /** 0 = no limit by steps. */
  trainSteps: number;
  /** 0 = no limit by time. */
  trainMinutes: number;
  reportEvery: number;
  validSteps: number;
  saveCheckpointSteps: number;
  /** Validations without improvement before stopping; 0 = never. */
  earlyStopping: number;
  earlyStoppingCriteria: Criterion;
  bestCheckpointMetric: Criterion;
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

export type StopReason = "finished" | "early-stopping" | "stopped";

export async function trainLoop<Position>(
  model: TrainableModel,
  optimizer: Optimizer,
  data: TrainingData<Position>,
  state: TrainerState,
  options: TrainLoopOptions,
  hooks: TrainLoopHooks,
): Promise<StopReason> {
  const window = new ReportWindow(model);
  let savedAt = state.step;
  let validatedAt = state.step;
  const save = async () => {
    state.position = data.position();
    await hooks.saveCheckpoint(state);
    savedAt = state.step;
  };
  const validate = async () => {
    validatedAt = state.step;
    const scores = await hooks.validate(state.step);
    return scores === undefined ? false : judge(state, scores, options, hooks);
  };
  while (budgetSpent(state, options) < 1) {
    await setImmediate(); // Lets signals in: ready batches alone never leave the microtask queue.
    if (hooks.shouldStop()) {
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
    const result = trainStep(model, optimizer, batches, { learningRate, labelSmoothing, seed, pass: state.pass });
    if (!stepIsFinite(result)) await failNotFinite(state, result, batches, hooks);
    state.step++;
    state.pass += batches.length;
    state.targetTokens += result.targetTokens;
    state.sourceTokens += result.sourceTokens;
    const ended = performance.now();
    hooks.onStepEnd?.({ dataWait: fed - started });
    state.trainSeconds += (ended - started) / 1000;
    window.add(result, (fed - started) / 1000, (ended - started) / 1000);
    if (state.step % options.reportEvery === 0) hooks.onProgress(window.report(state, learningRate, options));
    const stale = state.step % options.validSteps === 0 && (await validate());
    if (stale || state.step % options.saveCheckpointSteps === 0) await save();
    if (stale) return "early-stopping";
  }
  if (validatedAt !== state.step) await validate();
  state.finished = true;
  if (savedAt !== state.step || state.finished) await save();
  return "finished";
}

/** Share of the budget spent: of steps or of time, whichever is further. */
function budgetSpent(state: TrainerState, { trainSteps, trainMinutes }: TrainLoopOptions): number {
  const bySteps = trainSteps > 0 ? state.step / trainSteps : 0;
  const byTime = trainMinutes > 0 ? state.trainSeconds / (trainMinutes * 60) : 0;
  return Math.min(1, Math.max(bySteps, byTime));
}

/** Records a validation; true when patience has run out. */
async function judge(
  state: TrainerState,
  scores: ValidationScores,
  options: TrainLoopOptions,
  hooks: TrainLoopHooks,
): Promise<boolean> {
  const stopping = scores[options.earlyStoppingCriteria];
  const better = improves(options.earlyStoppingCriteria, stopping, state.bestForStopping);
  state.stale = better ? 0 : state.stale + 1;
  if (better) state.bestForStopping = stopping;
  const value = scores[options.bestCheckpointMetric];
  const isBest = improves(options.bestCheckpointMetric, value, state.best?.value);
  if (isBest) state.best = { step: state.step, value };
  await hooks.onValidation(state, isBest);
  return options.earlyStopping > 0 && state.stale >= options.earlyStopping;
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

/** Sums between two progress reports. */
class ReportWindow {
  private readonly model: TrainableModel;
  private steps = 0;
  private seconds = 0;
  private waited = 0;
  private targetTokens = 0;
  private sourceTokens = 0;
  private smoothedLoss = 0;
  private negativeLogLikelihood = 0;
  private balanceLoss = 0;
  private gradientNorm = 0;

  constructor(model: TrainableModel) {
    this.model = model;
  }

  add(result: TrainStepResult, waited: number, seconds: number): void {
    this.steps++;
    this.seconds += seconds;
    this.waited += waited;
    this.targetTokens += result.targetTokens;
    this.sourceTokens += result.sourceTokens;
    this.smoothedLoss += result.smoothedLoss;
    this.negativeLogLikelihood += result.negativeLogLikelihood;
    this.balanceLoss += result.balanceLoss;
    this.gradientNorm += result.gradientNorm;
  }

  /** The figures since the last call, which starts the next window. */
  report(state: TrainerState, learningRate: number, options: TrainLoopOptions): Progress {
    const done = budgetSpent(state, options);
    const progress: Progress = {
      step: state.step,
      done,
      loss: this.smoothedLoss / this.targetTokens,
      perplexity: Math.exp(this.negativeLogLikelihood / this.targetTokens),
      balanceLoss: this.balanceLoss / this.steps,
      learningRate,
      gradientNorm: this.gradientNorm / this.steps,
      targetTokensPerSecond: this.targetTokens / this.seconds,
      sourceTokensPerSecond: this.sourceTokens / this.seconds,
      dataWait: this.waited / this.seconds,
      secondsLeft: done === 0 ? Number.POSITIVE_INFINITY : (state.trainSeconds * (1 - done)) / done,
      experts: {},
    };
    for (const layer of this.model.moeLayers) {
      progress.experts[layer.name] = layer.balance.report();
      layer.balance.reset();
    }
    this.steps = this.seconds = this.waited = this.targetTokens = this.sourceTokens = 0;
    this.smoothedLoss = this.negativeLogLikelihood = this.balanceLoss = this.gradientNorm = 0;
    return progress;
  }
}
