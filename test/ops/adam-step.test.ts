/** Source of truth: Kingma & Ba 2015, algorithm 1, in double precision. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { type AdamStepOptions, adamStep, composedAdamStep } from "../../src/ops/adam-step.ts";
import { floatTensor } from "../../src/ops/tensor.ts";
import { expectClose, normals } from "./finite-differences.ts";
import { nativeAddon, onNative } from "./op-outcomes.ts";

const addon = nativeAddon();
const sizes = [1, 37, 20_000];
const steps = 5;
const options: Omit<AdamStepOptions, "step"> = {
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-6,
  gradientScale: 0.5,
};

const start = (i: number) => normals(40 + i, sizes[i]!);
const gradientOf = (i: number, step: number) => normals(50 + 10 * i + step, sizes[i]!, step === 3 ? 0 : 1);

function definition(i: number): { value: Float64Array; first: Float64Array; second: Float64Array } {
  const { learningRate, beta1, beta2, epsilon, gradientScale } = options;
  const value = start(i).slice();
  const [first, second] = [new Float64Array(value.length), new Float64Array(value.length)];
  for (let step = 1; step <= steps; step++) {
    gradientOf(i, step).forEach((gradient, j) => {
      const g = gradient * gradientScale;
      first[j] = beta1 * first[j]! + (1 - beta1) * g;
      second[j] = beta2 * second[j]! + (1 - beta2) * g * g;
      const unbiasedFirst = first[j]! / (1 - beta1 ** step);
      const unbiasedSecond = second[j]! / (1 - beta2 ** step);
      value[j]! -= (learningRate * unbiasedFirst) / (Math.sqrt(unbiasedSecond) + epsilon);
    });
  }
  return { value, first, second };
}

/** Values and moments of all tensors after some steps. */
function train(step: typeof adamStep): Float32Array[] {
  const variables = sizes.map((size, i) => ({
    value: tf.variable(floatTensor(Float32Array.from(start(i)), [size])),
    first: tf.variable(tf.zeros([size])),
    second: tf.variable(tf.zeros([size])),
  }));
  for (let at = 1; at <= steps; at++) {
    tf.tidy(() => {
      const parameters = variables.map((own, i) => ({
        ...own,
        gradient: tf.tensor1d(Float32Array.from(gradientOf(i, at))),
      }));
      step(parameters, { ...options, step: at });
    });
  }
  return variables.flatMap(({ value, first, second }) => [value, first, second].map((v) => v.dataSync<"float32">()));
}

function expectDefined(results: Float32Array[]): void {
  sizes.forEach((_, i) => {
    const { value, first, second } = definition(i);
    [value, first, second].forEach((expected, j) => {
      expectClose(results[3 * i + j]!, expected, 1e-6);
    });
  });
}

describe("Adam", () => {
  it("follows the algorithm, composed", async () => {
    await selectBackend({ backend: "cpu" });
    expectDefined(train(composedAdamStep));
  });

  it.skipIf(addon === undefined)(
    "follows the algorithm, native, to the same bits with any number of threads",
    async () => {
      for (const [one, ...more] of await onNative(addon!, () => train(adamStep))) {
        expectDefined(one!);
        for (const other of more) {
          other.forEach((values, i) => {
            expect(Buffer.from(values.buffer).equals(Buffer.from(one![i]!.buffer))).toBe(true);
          });
        }
      }
    },
  );

  it.skipIf(addon === undefined)("leaves other tensors and arrays that share a variable's memory alone", async () => {
    await onNative(addon!, () => {
      const given = Float32Array.of(1, 2, 3);
      const zeros = tf.zeros([3]);
      const [value, first, second] = [tf.variable(tf.tensor1d(given)), tf.variable(zeros), tf.variable(zeros)];
      const alias = tf.reshape(value, [3, 1]);
      adamStep([{ value, gradient: tf.ones([3]), first, second }], { ...options, step: 1 });
      expect(Array.from(given)).toEqual([1, 2, 3]);
      expect(Array.from(alias.dataSync())).toEqual([1, 2, 3]);
      expect(Array.from(zeros.dataSync())).toEqual([0, 0, 0]);
      expectClose(first.dataSync(), [0.05, 0.05, 0.05], 1e-6);
      expectClose(second.dataSync(), [0.005, 0.005, 0.005], 1e-6);
      expectClose(value.dataSync(), [0.99, 1.99, 2.99], 1e-5);
    });
  });
});
