/** One optimiser step over one or more batches: losses, gradients, clipping, update. Does no I/O. */

import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../base/batch.ts";
import { ForwardContext } from "../layers/forward-context.ts";
import type { TrainableModel } from "../model/trainable-model.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { StepSums } from "./step-sums.ts";

export interface TrainStepOptions {
  learningRate: number;
  labelSmoothing: number;
  seed: number;
  /** Forward passes of this run before the step: the noise of each pass is named by its number. */
  pass: number;
}

/** Sums over the target positions of the step's batches. */
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
}

/**
 * Whether everything the step computed is a number; if not, the parameters were left as they were. (Where experts are updated in the
 * backward pass and the loss was finite, those whose gradients were finite too have been.)
 */
export function stepIsFinite(result: TrainStepResult): boolean {
  return Number.isFinite(result.smoothedLoss) && Number.isFinite(result.gradientNorm);
}

/**
 * One optimiser step down the mean cross-entropy per target token over all batches plus the balance loss. Gradients are taken of
 * the loss times the target tokens, where cross-entropy has weight 1: its kernel's gradients then need no scaling pass.
 * Several batches with balance losses of their sums cost a second forward pass (without the softmax) each.
 */
export function trainStep(
  model: TrainableModel,
  optimizer: Optimizer,
  batches: readonly Batch[],
  options: TrainStepOptions,
): TrainStepResult {
  const targetTokens = batches.reduce((sum, batch) => sum + batch.targetOutput.length, 0);
  const result: TrainStepResult = {
    targetTokens,
    sourceTokens: batches.reduce((sum, batch) => sum + batch.source.ids.length, 0),
    smoothedLoss: 0,
    negativeLogLikelihood: 0,
    balanceLoss: 0,
    gradientNorm: 0,
  };
  const sums = stepSums(model, batches, options);
  // With sums, each batch's balance loss is that of the step, and its gradient the batch's part of the step's.
  const balanceWeight = sums === undefined ? targetTokens / batches.length : targetTokens;
  const lossScale = 1 / targetTokens;
  const update = batches.length === 1 ? optimizer.expertUpdate(options.learningRate, lossScale) : undefined;
  const rowGradients = optimizer.rowGradients();
  let gradients: tf.NamedTensorMap | undefined;
  batches.forEach((batch, i) => {
    const parts = { sumOverBatches: sums?.replay(i), expertUpdate: update, rowGradients };
    const context = ForwardContext.forTraining(options.seed, options.pass + i, parts);
    const balance = { weight: balanceWeight, share: 1 / batches.length };
    const next = batchGradients(model, batch, context, balance, options.labelSmoothing, result);
    gradients = gradients === undefined ? next : accumulate(gradients, next);
  });
  const tables = rowGradients?.take();
  result.gradientNorm = Number.isFinite(result.smoothedLoss)
    ? optimizer.step(gradients!, options.learningRate, lossScale, tables)
    : Number.NaN;
  tf.dispose([gradients!, ...[...(tables?.values() ?? [])].map(({ sums }) => sums)]);
  rowGradients?.dispose();
  return result;
}

/** What balance losses need of all batches, before the first of them is differentiated; undefined where they need nothing. */
function stepSums(
  model: TrainableModel,
  batches: readonly Batch[],
  { seed, pass }: TrainStepOptions,
): StepSums | undefined {
  if (batches.length === 1 || !model.moeLayers.some((layer) => layer.sumsOverBatches)) return undefined;
  const sums = new StepSums();
  batches.forEach((batch, i) => {
    model.route(batch, ForwardContext.forRehearsal(seed, pass + i, sums.record()));
  });
  return sums;
}

/** Gradients of one batch's share of the step's loss times the step's target tokens; adds its sums to `result`. */
function batchGradients(
  model: TrainableModel,
  batch: Batch,
  context: ForwardContext,
  balanceLoss: { weight: number; share: number },
  labelSmoothing: number,
  result: TrainStepResult,
): tf.NamedTensorMap {
  const anchor = context.rowGradients?.anchor;
  const { value, grads } = tf.variableGrads(() => {
    const { crossEntropy, balance } = model.loss(batch, labelSmoothing, context);
    const [smoothed, plain] = crossEntropy.dataSync() as Float32Array;
    result.smoothedLoss += smoothed!;
    result.negativeLogLikelihood += plain!;
    if (context.expertUpdate !== undefined && !Number.isFinite(smoothed)) context.expertUpdate.cancelled = true;
    const cost = tf.sum(tf.slice(crossEntropy, 0, 1)) as tf.Scalar;
    if (balance.length === 0) return cost;
    const ofLayers = tf.addN(balance);
    result.balanceLoss += ofLayers.dataSync()[0]! * balanceLoss.share;
    return tf.add(cost, tf.mul(ofLayers, balanceLoss.weight));
  }, [...trained(model), ...(anchor === undefined ? [] : [anchor])]);
  value.dispose();
  return grads;
}

/** Parameters that are not frozen. */
function trained(model: TrainableModel): tf.Variable[] {
  return model.parameters.map(({ variable }) => variable).filter(({ trainable }) => trainable);
}

function accumulate(sum: tf.NamedTensorMap, next: tf.NamedTensorMap): tf.NamedTensorMap {
  const out: tf.NamedTensorMap = {};
  for (const name of Object.keys({ ...sum, ...next })) {
    const [a, b] = [sum[name], next[name]];
    out[name] = a !== undefined && b !== undefined ? tf.add(a, b) : (a ?? b)!;
    if (a !== undefined && b !== undefined) tf.dispose([a, b]);
  }
  return out;
}
