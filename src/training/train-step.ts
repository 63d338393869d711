/** One optimiser step over one or more batches: losses, gradients, clipping, update. Does no I/O. */
import * as tf from "@tensorflow/tfjs";
import { ForwardContext } from "../layers/forward-context.ts";
import type { ModelBatch, TrainableModel } from "../model/trainable-model.ts";
import type { Adam } from "../optim/adam.ts";

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
  /** Weighted balance losses of all layers, mean over batches. */
  balanceLoss: number;
  gradientNorm: number;
}

/** Whether everything the step computed is a number; if not, the parameters were left as they were. */
export function stepIsFinite(result: TrainStepResult): boolean {
  return Number.isFinite(result.smoothedLoss) && Number.isFinite(result.gradientNorm);
}

/**
 * One Adam step down the mean cross-entropy per target token over all batches plus the mean balance loss. Gradients are taken of
 * the loss times the target tokens, where cross-entropy has weight 1: its kernel's gradients then need no scaling pass.
 */
export function trainStep(
  model: TrainableModel,
  optimizer: Adam,
  batches: readonly ModelBatch[],
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
  let gradients: tf.NamedTensorMap | undefined;
  batches.forEach((batch, i) => {
    const context = ForwardContext.forTraining(options.seed, options.pass + i);
    const next = batchGradients(model, batch, context, batches.length, options.labelSmoothing, result);
    gradients = gradients === undefined ? next : accumulate(gradients, next);
  });
  result.gradientNorm = optimizer.step(gradients!, options.learningRate, 1 / targetTokens);
  tf.dispose(gradients!);
  return result;
}

/** Gradients of one batch's share of the step's loss times the step's target tokens; adds its sums to `result`. */
function batchGradients(
  model: TrainableModel,
  batch: ModelBatch,
  context: ForwardContext,
  batchCount: number,
  labelSmoothing: number,
  result: TrainStepResult,
): tf.NamedTensorMap {
  const { value, grads } = tf.variableGrads(
    () => {
      const { crossEntropy, balance } = model.loss(batch, labelSmoothing, context);
      const [smoothed, plain] = crossEntropy.dataSync() as Float32Array;
      result.smoothedLoss += smoothed!;
      result.negativeLogLikelihood += plain!;
      let total = tf.sum(tf.slice(crossEntropy, 0, 1)) as tf.Scalar;
      for (const loss of balance) {
        result.balanceLoss += loss.dataSync()[0]! / batchCount;
        total = tf.add(total, tf.mul(loss, result.targetTokens / batchCount));
      }
      return total;
    },
    model.parameters.map(({ variable }) => variable),
  );
  value.dispose();
  return grads;
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
