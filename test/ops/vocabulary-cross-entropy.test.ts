/** Source of truth: label-smoothed cross-entropy in double precision (vocabulary-reference.ts) and central differences of it. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { nativeBackend } from "../../src/backends/native/backend.ts";
import { DataError } from "../../src/base/errors.ts";
import { Random } from "../../src/base/random.ts";
import { composedVocabularyCrossEntropy, vocabularyCrossEntropy } from "../../src/ops/vocabulary-cross-entropy.ts";
import { expectClose, expectSameBits, numericGradient } from "./finite-differences.ts";
import { composed, nativeVariants } from "./kernel-variants.ts";
import {
  type ProjectionCase,
  projectionCase,
  projectionTensors,
  referenceCrossEntropy,
} from "./vocabulary-reference.ts";

type CrossEntropy = typeof vocabularyCrossEntropy;

function targetsOf({ rows, vocabulary }: ProjectionCase): Int32Array {
  const random = new Random(5);
  return Int32Array.from({ length: rows }, () => random.integer(vocabulary));
}

/** Sums, and gradients of `upstream` · smoothed loss (and of the likelihood, which has none) to hidden, weights, bias. */
function run(c: ProjectionCase, labelSmoothing: number, upstream: number, op: CrossEntropy = vocabularyCrossEntropy) {
  return tf.tidy(() => {
    const { hidden, weights, bias } = projectionTensors(c);
    const targets = targetsOf(c);
    const loss = (hidden: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor) =>
      op(
        { hidden: hidden as tf.Tensor2D, weights: weights as tf.Tensor2D, bias: bias as tf.Tensor1D },
        { targets, labelSmoothing },
      );
    const sums = loss(hidden, weights, bias).dataSync() as Float32Array;
    const gradients = tf.grads(loss)([hidden, weights, bias], tf.tensor1d([upstream, 3]));
    return { sums, gradients: gradients.map((gradient) => gradient.dataSync() as Float32Array) };
  });
}

const cases = [
  { name: "one position", shape: [1, 3, 7], labelSmoothing: 0.1, upstream: 1 },
  { name: "odd sizes", shape: [37, 21, 53], labelSmoothing: 0.2, upstream: 1 },
  { name: "no smoothing, scaled loss", shape: [18, 16, 32], labelSmoothing: 0, upstream: 0.25 },
] as const;

const expectations = new Map(
  cases.map(({ name, shape, labelSmoothing, upstream }) => {
    const [rows, width, vocabulary] = shape;
    const c = projectionCase(rows, width, vocabulary);
    const targets = targetsOf(c);
    const loss = () => upstream * referenceCrossEntropy(c, targets, labelSmoothing)[0];
    const gradients = [c.hidden, c.weights, c.bias].map((operand) => numericGradient(loss, operand));
    return [name, { c, sums: referenceCrossEntropy(c, targets, labelSmoothing), gradients }] as const;
  }),
);

const variants = [composed, ...(await nativeVariants())];

describe.each(variants)("$name", (variant) => {
  beforeAll(() => variant.use());

  it.each(cases)("agrees with its definition: $name", ({ name, labelSmoothing, upstream }) => {
    const { c, sums, gradients } = expectations.get(name)!;
    const result = run(c, labelSmoothing, upstream);
    expectClose(result.sums, sums, 2e-6);
    gradients.forEach((gradient, i) => {
      expectClose(result.gradients[i]!, gradient, 1e-5);
    });
  });

  it("survives logits whose exponentials overflow", () => {
    const c = projectionCase(3, 4, 40);
    const large = { ...c, hidden: c.hidden.map((x) => x * 60) };
    const { sums, gradients } = run(large, 0.1, 1);
    expectClose(sums, referenceCrossEntropy(large, targetsOf(c), 0.1), 2e-6);
    expect(gradients.every((gradient) => gradient.every(Number.isFinite))).toBe(true);
  });

  it("refuses a target outside the vocabulary", () => {
    const projection = projectionTensors(projectionCase(2, 3, 5));
    const crossEntropy = (targets: Int32Array) => vocabularyCrossEntropy(projection, { targets, labelSmoothing: 0 });
    expect(() => crossEntropy(Int32Array.of(4, 5))).toThrow(DataError);
    expect(() => crossEntropy(Int32Array.of(-1, 0))).toThrow(DataError);
    expect(() => crossEntropy(Int32Array.of(1))).toThrow(DataError);
    tf.dispose(Object.values(projection));
  });
});

// More positions than one chunk takes, more pieces than one block; no multiple of either.
const large = projectionCase(1307, 33, 1030);

describe.each(variants.filter(({ isa, threads }) => isa !== undefined && threads === 1))("$isa", ({ isa, use }) => {
  const twoThreads = variants.find((variant) => variant.isa === isa && variant.threads === 2)!;

  it("agrees with the composed op over several chunks, with the same bits on two threads", async () => {
    await use();
    const one = run(large, 0.1, 1);
    const reference = run(large, 0.1, 1, composedVocabularyCrossEntropy);
    expectClose(one.sums, reference.sums, 1e-5);
    reference.gradients.forEach((gradient, i) => {
      expectClose(one.gradients[i]!, gradient, 2e-5);
    });
    await twoThreads.use();
    const two = run(large, 0.1, 1);
    expectSameBits(two.sums, one.sums);
    two.gradients.forEach((gradient, i) => {
      expectSameBits(gradient, one.gradients[i]!);
    });
  });

  it("bf16 products stay near f32 ones", async () => {
    await use();
    const exact = run(large, 0.1, 1);
    nativeBackend()!.addon.setPrecision("bf16");
    const rounded = run(large, 0.1, 1);
    nativeBackend()!.addon.setPrecision("f32");
    expectClose(rounded.sums, exact.sums, 1e-3);
    rounded.gradients.forEach((gradient, i) => {
      expectClose(gradient, exact.gradients[i]!, 2e-2);
    });
  });
});
