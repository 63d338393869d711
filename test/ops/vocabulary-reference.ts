/** The output projection and its losses straight from their definitions, in double precision. */
import * as tf from "@tensorflow/tfjs";
import type { VocabularyProjection } from "../../src/ops/vocabulary-cross-entropy.ts";
import { normals } from "./finite-differences.ts";

export interface ProjectionCase {
  rows: number;
  width: number;
  vocabulary: number;
  hidden: Float64Array;
  weights: Float64Array;
  bias: Float64Array;
}

export function projectionCase(rows: number, width: number, vocabulary: number): ProjectionCase {
  return {
    rows,
    width,
    vocabulary,
    hidden: normals(21, rows * width, 2 / Math.sqrt(width)),
    weights: normals(22, vocabulary * width),
    bias: normals(23, vocabulary),
  };
}

export function projectionTensors(c: ProjectionCase): VocabularyProjection {
  return {
    hidden: tf.tensor2d(Float32Array.from(c.hidden), [c.rows, c.width]),
    weights: tf.tensor2d(Float32Array.from(c.weights), [c.vocabulary, c.width]),
    bias: tf.tensor1d(Float32Array.from(c.bias)),
  };
}

/** log softmax of a row: [vocabulary] */
export function referenceLogProbabilities(c: ProjectionCase, row: number): Float64Array {
  const logits = c.bias.slice();
  for (let v = 0; v < c.vocabulary; v++) {
    for (let i = 0; i < c.width; i++) logits[v]! += c.hidden[row * c.width + i]! * c.weights[v * c.width + i]!;
  }
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const normaliser = largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
  return logits.map((logit) => logit - normaliser);
}

/** [smoothed loss, negative log-likelihood] */
export function referenceCrossEntropy(
  c: ProjectionCase,
  targets: Int32Array,
  labelSmoothing: number,
): [number, number] {
  let loss = 0;
  let nll = 0;
  for (let row = 0; row < c.rows; row++) {
    const logProbabilities = referenceLogProbabilities(c, row);
    const gold = logProbabilities[targets[row]!]!;
    const mean = logProbabilities.reduce((a, b) => a + b, 0) / c.vocabulary;
    nll -= gold;
    loss -= (1 - labelSmoothing) * gold + labelSmoothing * mean;
  }
  return [loss, nll];
}
