/** Compares a model with its definition: losses in training and in evaluation, and the gradient of every parameter. */
import * as tf from "@tensorflow/tfjs";
import { expect } from "vitest";
import { packBatch } from "../../../src/data/batches/batch.ts";
import type { SentencePair } from "../../../src/data/shards/shard.ts";
import { ForwardContext } from "../../../src/layers/forward-context.ts";
import type { TrainableModel } from "../../../src/model/trainable-model.ts";
import { normals } from "../../ops/finite-differences.ts";
import type { DefinedLoss, Pair } from "./loss.ts";
import { DefinedParameters } from "./parameters.ts";
import { Pass } from "./pass.ts";
import { add, differentiate, numberOf, type Vector } from "./vector.ts";

export type Definition = (parameters: DefinedParameters, pairs: readonly Pair[], pass: Pass) => DefinedLoss;

/** Names the noise of the training pass that is compared. */
export const noise = { seed: 7, pass: 3 };

/** Of the number that is expected; of a gradient's entries, of the largest of its parameter. */
const tolerance = 1e-5;
/** Of a gradient's largest entry: there must be something to agree on. */
const leastGradient = 1e-3;

/** Moves every parameter off its first value, which may be 0 or the same for all. */
export function scatterParameters(model: TrainableModel): void {
  model.parameters.forEach(({ name, variable }, i) => {
    const spread = name.endsWith("thresholds") ? 0.1 : name.includes("attention") ? 1 : 0.5;
    const moved = Float32Array.from(normals(500 + i, variable.size, spread));
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(moved, variable.shape))));
  });
}

export function definedParameters(model: TrainableModel): DefinedParameters {
  return new DefinedParameters(
    model.parameters.map(({ name, variable }) => [name, variable.shape, variable.dataSync()] as const),
  );
}

/** What is differentiated: cross-entropy plus all other losses. */
export function costOf({ smoothed, balance, alignment }: DefinedLoss): Vector {
  return add(smoothed, ...balance, ...alignment);
}

/** The model's parameters are left as they are. Those that `untrained` matches are expected to have gradients of zero, all others not. */
export function expectAsDefined(
  model: TrainableModel,
  definition: Definition,
  pairs: readonly SentencePair[],
  { labelSmoothing, untrained }: { labelSmoothing: number; untrained?: RegExp | undefined },
): void {
  const batch = packBatch(pairs, model.markers);
  const parameters = definedParameters(model);
  /** The cost, after a comparison of all losses. */
  const comparedCost = (expected: DefinedLoss, context: ForwardContext): tf.Scalar => {
    const { crossEntropy, balance, alignment } = model.loss(batch, labelSmoothing, context);
    const weighted = alignment === undefined ? [] : [tf.mul<tf.Scalar>(alignment.sum, alignment.weight)];
    const others = [...balance, ...weighted];
    const actual = [...crossEntropy.dataSync(), ...others.map((loss) => loss.dataSync()[0]!)];
    const { smoothed, negativeLogLikelihood } = expected;
    const losses = [smoothed, negativeLogLikelihood, ...expected.balance, ...expected.alignment];
    expectLosses(actual, losses.map(numberOf));
    return tf.addN([tf.sum(tf.slice(crossEntropy, 0, 1)) as tf.Scalar, ...others]);
  };
  const evaluated = definition(parameters, pairs, new Pass());
  tf.tidy(() => {
    comparedCost(evaluated, ForwardContext.evaluation);
  });
  const trained = definition(parameters, pairs, new Pass(noise));
  differentiate(costOf(trained));
  const { value, grads } = tf.variableGrads(
    () => comparedCost(trained, ForwardContext.forTraining(noise.seed, noise.pass)),
    model.parameters.map(({ variable }) => variable),
  );
  for (const { name, variable } of model.parameters) {
    const [actual, expected] = [grads[variable.name]?.dataSync(), parameters.vector(name).gradient];
    if (untrained?.test(name)) expectNoGradient(name, actual, expected);
    else expectGradient(name, actual, expected);
  }
  tf.dispose([value, grads]);
}

function expectLosses(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((number, i) => {
    const error = Math.abs(actual[i]! - number);
    expect(error, `loss ${i} is ${actual[i]} instead of ${number}`).toBeLessThanOrEqual(tolerance * Math.abs(number));
  });
}

/** No gradient, or one of zeros, agrees with nothing. */
function expectGradient(name: string, actual: ArrayLike<number> | undefined, expected: Float64Array): void {
  const largest = expected.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  expect(largest, `the gradient of ${name} is too small to be compared`).toBeGreaterThan(leastGradient);
  expect(actual, `the gradient of ${name}`).toHaveLength(expected.length);
  expected.forEach((entry, i) => {
    const error = Math.abs(actual![i]! - entry) / largest;
    if (error < tolerance) return;
    expect.fail(`the gradient of ${name}[${i}] is ${actual![i]} instead of ${entry}; the largest is ${largest}`);
  });
}

function expectNoGradient(name: string, actual: ArrayLike<number> | undefined, expected: Float64Array): void {
  for (const entry of [...expected, ...Array.from(actual ?? [])]) expect(entry, name).toBeCloseTo(0, 6);
}
