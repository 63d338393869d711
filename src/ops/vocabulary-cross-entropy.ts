/**
 * Output projection and label-smoothed cross-entropy in one (Szegedy et al. 2016, §7): the smoothed target puts 1 − ε on the
 * gold piece and spreads ε evenly over the whole vocabulary. The native kernel never holds the batch's logits in memory.
 */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, nativeBackend } from "../backends/native/backend.ts";
import type { VocabularyProjection, VocabularyTargets } from "../backends/native/kernels/vocabulary.ts";
import * as kernels from "../backends/native/kernels/vocabulary.ts";
import { DataError } from "../base/errors.ts";
import { isFrozen, noGradient } from "./frozen.ts";

export type { VocabularyProjection };

/**
 * Sums over positions, in nats: → [2] = (smoothed loss, plain negative log-likelihood). Only the first has a gradient.
 * Throws DataError for a target outside the vocabulary.
 */
export function vocabularyCrossEntropy(projection: VocabularyProjection, options: VocabularyTargets): tf.Tensor1D {
  checkTargets(options.targets, projection);
  const native = nativeBackend();
  if (native === undefined) return composedVocabularyCrossEntropy(projection, options);
  return nativeVocabularyCrossEntropy(native, projection, options);
}

/** One gold piece per position, each in the vocabulary. */
export function checkTargets(targets: Int32Array, { hidden, weights }: VocabularyProjection): void {
  const [positions] = hidden.shape;
  const [vocabulary] = weights.shape;
  if (targets.length !== positions) {
    throw new DataError(`${targets.length} target pieces for ${positions} positions`, {
      nextStep: "Give one target piece for each position of the batch.",
    });
  }
  for (let i = 0; i < targets.length; i++) {
    const target = targets[i]!;
    if (target < 0 || target >= vocabulary) {
      throw new DataError(`target piece ${target} is outside the vocabulary of ${vocabulary} pieces`, {
        where: `position ${i} of the batch`,
        nextStep: "Encode the data with the model's own wordpiece file.",
      });
    }
  }
}

/** `vocabularyCrossEntropy` from TensorFlow.js operations, on any backend. */
export function composedVocabularyCrossEntropy(
  { hidden, weights, bias }: VocabularyProjection,
  { targets, labelSmoothing }: VocabularyTargets,
): tf.Tensor1D {
  return tf.tidy(() => {
    const logits = tf.add(tf.matMul(hidden, weights, false, true), bias) as tf.Tensor2D;
    return lossSums(logits, targets, labelSmoothing);
  });
}

/** [positions, vocabulary] → [2]. Gradient of the first sum: softmax − smoothed target. */
function lossSums(logits: tf.Tensor2D, targets: Int32Array, labelSmoothing: number): tf.Tensor1D {
  return tf.customGrad((input, save) => {
    const logits = input as tf.Tensor2D;
    const vocabulary = logits.shape[1];
    const gold = tf.tensor1d(targets, "int32");
    const normaliser = tf.logSumExp(logits, 1);
    const expected = (target: tf.Tensor) => tf.sum(tf.mul(target, logits), 1);
    const loss = tf.sub(normaliser, expected(smoothedTarget(gold, vocabulary, labelSmoothing)));
    const nll = tf.sub(normaliser, expected(smoothedTarget(gold, vocabulary, 0)));
    (save as unknown as tf.GradSaveFunc)([logits, gold]);
    return {
      value: tf.stack([tf.sum(loss), tf.sum(nll)]) as tf.Tensor1D,
      gradFunc: (dy: tf.Tensor1D, saved: tf.Tensor[]) => {
        const [logits, gold] = saved as [tf.Tensor2D, tf.Tensor1D];
        const target = smoothedTarget(gold, logits.shape[1], labelSmoothing);
        return tf.mul(tf.sub(tf.softmax(logits), target), dy.slice([0], [1]));
      },
    };
  })(logits) as tf.Tensor1D;
}

/** [positions, vocabulary] */
function smoothedTarget(gold: tf.Tensor1D, vocabulary: number, labelSmoothing: number): tf.Tensor {
  const rest = labelSmoothing / vocabulary;
  // The wasm kernel knows whole on and off values only.
  return tf.add(tf.mul(tf.cast(tf.oneHot(gold, vocabulary), "float32"), 1 - labelSmoothing), rest);
}

/** The forward pass also computes every gradient, as of a loss of weight 1; the backward pass only scales them. */
function nativeVocabularyCrossEntropy(
  native: NativeBackend,
  { hidden, weights, bias }: VocabularyProjection,
  options: VocabularyTargets,
): tf.Tensor1D {
  if (!tf.engine().isTapeOn()) return kernels.crossEntropy(native, { hidden, weights, bias }, options);
  return tf.customGrad((...args) => {
    const save = args[3] as unknown as tf.GradSaveFunc;
    const operands = { hidden, weights, bias };
    const { sums, gradients } = kernels.crossEntropyWithGradients(native, operands, options, !isFrozen(weights));
    save([gradients.hidden, gradients.weights ?? noGradient(), gradients.bias]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const upstream = native.floats(dy)[0]!;
      return saved.map((gradient) => (upstream === 1 ? gradient.clone() : tf.mul(gradient, upstream)));
    };
    return { value: sums, gradFunc };
  })(hidden, weights, bias) as tf.Tensor1D;
}
