/** One optimiser step over one or more batches: losses, gradients, clipping, update. Does no I/O. */

import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../base/batch.ts";
import { ForwardContext, type SumOverBatches } from "../layers/forward-context.ts";
import type { TrainableModel } from "../model/trainable-model.ts";
import type { Optimizer, TableGradients } from "../optim/optimizer.ts";
import { alone } from "../parallel/alone.ts";
import type { Communicator } from "../parallel/communicator.ts";
import { sumNumbers } from "../parallel/sum-numbers.ts";
import { accumulate, GradientSums } from "./ranks/reduce-gradients.ts";
import { reduceRows } from "./ranks/reduce-rows.ts";
import { watchGradients } from "./ranks/watch-gradients.ts";
import { StepSums, sumOverRanks } from "./step-sums.ts";

export interface TrainStepOptions {
  learningRate: number;
  labelSmoothing: number;
  seed: number;
  /** Forward passes of this run before the step: the noise of each pass is named by its number. */
  pass: number;
  /** Ranks that take part in the step, each with as many batches; this process alone unless given. */
  ranks?: Communicator;
}

/** Sums over the target positions of the step's batches, those of all ranks. */
export interface TrainStepResult {
  targetTokens: number;
  sourceTokens: number;
  /** Cross-entropy with label smoothing, nats. */
  smoothedLoss: number;
  /** Negative log-likelihood, nats. */
  negativeLogLikelihood: number;
  /** Weighted balance losses of all layers, of sums over the batches; of gates that balance each batch by itself, their mean. */
  balanceLoss: number;
  gradientNorm: number;
  /** What attention costs where it differs from given alignments, without its weight. */
  alignmentLoss: number;
  /** Target positions that have an alignment. */
  alignedPositions: number;
}

/**
 * Whether everything the step computed is a number; if not, the parameters were left as they were. (Where experts are updated in the
 * backward pass and the loss was finite, those whose gradients were finite too have been.)
 */
export function stepIsFinite(result: TrainStepResult): boolean {
  return Number.isFinite(result.smoothedLoss) && Number.isFinite(result.gradientNorm);
}

/**
 * One optimiser step down the mean per target token, over all batches, of cross-entropy and what alignments cost, plus the balance loss.
 * Gradients are taken of the loss times the target tokens, where cross-entropy has weight 1: its kernel's gradients then need no scaling pass.
 * Several batches with balance losses of their sums cost a second forward pass (without the softmax) each.
 */
export function trainStep(
  model: TrainableModel,
  optimizer: Optimizer,
  batches: readonly Batch[],
  options: TrainStepOptions,
): TrainStepResult {
  const { ranks = alone } = options;
  const [targetTokens, sourceTokens] = sumNumbers(
    ranks,
    Float64Array.of(
      batches.reduce((sum, batch) => sum + batch.targetOutput.length, 0),
      batches.reduce((sum, batch) => sum + batch.source.ids.length, 0),
    ),
  ) as unknown as [number, number];
  const result: TrainStepResult = {
    targetTokens,
    sourceTokens,
    smoothedLoss: 0,
    negativeLogLikelihood: 0,
    balanceLoss: 0,
    gradientNorm: 0,
    alignmentLoss: 0,
    alignedPositions: 0,
  };
  const sums = stepSums(model, batches, options, ranks);
  const count = batches.length * ranks.size;
  // With sums, each batch's balance loss is that of the step, and its gradient the batch's part of the step's.
  const balanceWeight = sums === undefined ? targetTokens / count : targetTokens;
  const lossScale = 1 / targetTokens;
  const update = batches.length === 1 ? optimizer.expertUpdate(options.learningRate, lossScale) : undefined;
  const rowGradients = optimizer.rowGradients();
  let gradients: tf.NamedTensorMap | undefined;
  let overRanks: GradientSums | undefined;
  batches.forEach((batch, i) => {
    if (ranks.size > 1 && i === batches.length - 1) overRanks = new GradientSums(ranks, sharedNames(model), gradients);
    const parts = { sumOverBatches: sums?.(i), expertUpdate: update, rowGradients };
    const context = ForwardContext.forTraining(options.seed, passOf(i, options, ranks), parts);
    const balance = { weight: balanceWeight, share: 1 / count };
    const next = batchGradients(model, batch, context, balance, options.labelSmoothing, result, ranks, overRanks);
    gradients = gradients === undefined || overRanks !== undefined ? next : accumulate(gradients, next);
  });
  const ownTables = rowGradients?.take();
  let tables: TableGradients | undefined = ownTables;
  if (overRanks !== undefined) {
    tables = ownTables && reduceRows(ranks, ownTables);
    gradients = overRanks.end(gradients!);
  }
  result.gradientNorm = Number.isFinite(result.smoothedLoss)
    ? optimizer.step(gradients!, options.learningRate, lossScale, tables)
    : Number.NaN;
  tf.dispose([gradients!, ...[...(tables?.values() ?? [])].map(({ sums }) => sums)]);
  rowGradients?.dispose();
  return result;
}

/** Names of variables that all ranks have. Of others each rank has its own part, with its whole gradient. */
function sharedNames({ parameters }: TrainableModel): Set<string> {
  return new Set(parameters.filter(({ part }) => part === undefined).map(({ variable }) => variable.name));
}

/** Batches are numbered through all ranks, so that those of one process in a step of as many have the same noise. */
function passOf(batch: number, { pass }: TrainStepOptions, { rank, size }: Communicator): number {
  return pass + batch * size + rank;
}

/** What balance losses need of all batches, before each is differentiated; undefined where they need nothing. */
function stepSums(
  model: TrainableModel,
  batches: readonly Batch[],
  options: TrainStepOptions,
  ranks: Communicator,
): ((batch: number) => SumOverBatches) | undefined {
  if (!model.moeLayers.some((layer) => layer.sumsOverBatches)) return undefined;
  if (batches.length === 1) return ranks.size === 1 ? undefined : () => sumOverRanks(ranks);
  const sums = new StepSums();
  batches.forEach((batch, i) => {
    model.route(batch, ForwardContext.forRehearsal(options.seed, passOf(i, options, ranks), sums.record()));
  });
  if (ranks.size > 1) sums.share(ranks);
  return (batch) => sums.replay(batch);
}

/**
 * Gradients of one batch's share of the step's loss times the step's target tokens; adds its sums to `result`. `overRanks` is given each gradient as
 * soon as it is known, if the backward passes of all ranks will know them in the same order.
 */
function batchGradients(
  model: TrainableModel,
  batch: Batch,
  context: ForwardContext,
  balanceLoss: { weight: number; share: number },
  labelSmoothing: number,
  result: TrainStepResult,
  ranks: Communicator,
  overRanks: GradientSums | undefined,
): tf.NamedTensorMap {
  const anchor = context.rowGradients?.anchor;
  const { value, grads } = tf.variableGrads(() => {
    const { crossEntropy, balance, alignment } = model.loss(batch, labelSmoothing, context);
    const [smoothed, plain] = crossEntropy.dataSync<"float32">();
    const ofLayers = balance.length === 0 ? undefined : (tf.addN(balance) as tf.Scalar);
    let cost = tf.sum(tf.slice(crossEntropy, 0, 1)) as tf.Scalar;
    if (alignment !== undefined) cost = tf.add(cost, tf.mul(alignment.sum, alignment.weight));
    if (ofLayers !== undefined) cost = tf.add(cost, tf.mul(ofLayers, balanceLoss.weight));
    const watch = overRanks && watchGradients(trained(model));
    const ofAll = ranks
      .gatherNumbers(
        Float64Array.of(
          smoothed!,
          plain!,
          (ofLayers?.dataSync()[0] ?? 0) * balanceLoss.share,
          alignment?.sum.dataSync()[0] ?? 0,
          alignment?.positions ?? 0,
          watch?.signature ?? 0,
        ),
      )
      .wait();
    const total = (i: number) => ofAll.reduce((sum, numbers) => sum + numbers[i]!, 0);
    const ofStep = total(0);
    result.smoothedLoss += ofStep;
    result.negativeLogLikelihood += total(1);
    result.balanceLoss += total(2);
    result.alignmentLoss += total(3);
    result.alignedPositions += total(4);
    if (context.expertUpdate !== undefined && !Number.isFinite(ofStep)) context.expertUpdate.cancelled = true;
    if (ofAll.every((numbers) => numbers[5] === watch?.signature)) watch?.begin((name, dx) => overRanks!.add(name, dx));
    return cost;
  }, [...trained(model), ...(anchor === undefined ? [] : [anchor])]);
  value.dispose();
  return grads;
}

/** Parameters that are not frozen. */
function trained(model: TrainableModel): tf.Variable[] {
  return model.parameters.map(({ variable }) => variable).filter(({ trainable }) => trainable);
}
