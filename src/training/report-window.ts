/** How training goes between two reports: sums over steps, and the figures they make. */
import type { TrainableModel } from "../model/trainable-model.ts";
import type { BalanceReport } from "../moe/expert-balance.ts";
import { alone } from "../parallel/alone.ts";
import type { CommunicationTimes, Communicator } from "../parallel/communicator.ts";
import { sumNumbers } from "../parallel/sum-numbers.ts";
import { budgetSpent, type RunLimits } from "./stop-reason.ts";
import type { TrainStepResult } from "./train-step.ts";
import type { TrainerState } from "./trainer-state.ts";

/** Figures since the last report. */
export interface Progress {
  /** Steps so far. */
  step: number;
  /** Share of the training budget spent, in [0, 1]. */
  done: number;
  /** Cross-entropy with label smoothing, nats per target token. */
  loss: number;
  /** exp of the cross-entropy without label smoothing, per target token. */
  perplexity: number;
  /** Weighted losses of the gates, mean over steps. */
  balanceLoss: number;
  /** What attention costs where it differs from given alignments, per target token that has one; absent where none has. */
  alignmentLoss?: number;
  /** Of the last step. */
  learningRate: number;
  /** Norm of the gradient before clipping, mean over steps. */
  gradientNorm: number;
  /** Target wordpieces and `</s>`. */
  targetTokensPerSecond: number;
  /** Source wordpieces, tags and `</s>`. */
  sourceTokensPerSecond: number;
  /** Share of the time spent waiting for batches. */
  dataWait: number;
  /** Share of the time in which ranks were exchanging something, and how much of that was hidden behind computing; absent where nothing measures it. */
  communication?: { share: number; hidden: number };
  /** Seconds to the end of the budget; Infinity where it can't be told. */
  secondsLeft: number;
  /** By layer name; empty in a dense model. */
  experts: Record<string, BalanceReport>;
}

/** Sums between two progress reports; the figures are those of all ranks, which report together. */
export class ReportWindow {
  private readonly model: TrainableModel;
  private readonly ranks: Communicator;
  private steps = 0;
  private seconds = 0;
  private waited = 0;
  private targetTokens = 0;
  private sourceTokens = 0;
  private smoothedLoss = 0;
  private negativeLogLikelihood = 0;
  private balanceLoss = 0;
  private gradientNorm = 0;
  private alignmentLoss = 0;
  private alignedPositions = 0;
  private underWay = 0;
  private waitedForRanks = 0;

  constructor(model: TrainableModel, ranks: Communicator = alone) {
    this.model = model;
    this.ranks = ranks;
  }

  /** Adds a step: seconds it waited for its batch, seconds it took, waiting included, and what ranks have exchanged in it. */
  add(result: TrainStepResult, waited: number, seconds: number, communication?: CommunicationTimes): void {
    this.steps++;
    this.seconds += seconds;
    this.waited += waited;
    this.targetTokens += result.targetTokens;
    this.sourceTokens += result.sourceTokens;
    this.smoothedLoss += result.smoothedLoss;
    this.negativeLogLikelihood += result.negativeLogLikelihood;
    this.balanceLoss += result.balanceLoss;
    this.gradientNorm += result.gradientNorm;
    this.alignmentLoss += result.alignmentLoss;
    this.alignedPositions += result.alignedPositions;
    this.underWay += communication?.underWay ?? 0;
    this.waitedForRanks += communication?.waited ?? 0;
  }

  /** The figures since the last call, which starts the next window. */
  report(state: TrainerState, learningRate: number, limits: RunLimits): Progress {
    const done = budgetSpent(state, limits);
    const progress: Progress = {
      step: state.step,
      done,
      loss: this.smoothedLoss / this.targetTokens,
      perplexity: Math.exp(this.negativeLogLikelihood / this.targetTokens),
      balanceLoss: this.balanceLoss / this.steps,
      ...(this.alignedPositions > 0 && { alignmentLoss: this.alignmentLoss / this.alignedPositions }),
      learningRate,
      gradientNorm: this.gradientNorm / this.steps,
      targetTokensPerSecond: this.targetTokens / this.seconds,
      sourceTokensPerSecond: this.sourceTokens / this.seconds,
      dataWait: this.waited / this.seconds,
      ...(this.underWay > 0 && {
        communication: { share: this.underWay / this.seconds, hidden: 1 - this.waitedForRanks / this.underWay },
      }),
      secondsLeft: done === 0 ? Number.POSITIVE_INFINITY : (state.trainSeconds * (1 - done)) / done,
      experts: {},
    };
    for (const layer of this.model.moeLayers) {
      if (this.ranks.size > 1) layer.balance.sumOver((own) => sumNumbers(this.ranks, own));
      progress.experts[layer.name] = layer.balance.report();
      layer.balance.reset();
    }
    this.steps = this.seconds = this.waited = this.targetTokens = this.sourceTokens = 0;
    this.smoothedLoss = this.negativeLogLikelihood = this.balanceLoss = this.gradientNorm = 0;
    this.alignmentLoss = this.alignedPositions = this.underWay = this.waitedForRanks = 0;
    return progress;
  }
}
