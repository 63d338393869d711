// Source of truth: the dense gradient of the embedding, and Adam's step on it.
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { adamRowStep, adamStep } from "../../src/ops/adam-step.ts";
import { embedding } from "../../src/ops/embedding.ts";
import { denseGradient, RowGradients } from "../../src/ops/row-gradients.ts";
import { expectClose, normals } from "./finite-differences.ts";
import { nativeAddon, onNative, sameArrays } from "./op-outcomes.ts";

const addon = nativeAddon();
const [ROWS, WIDTH] = [9, 37];
const reads = [Int32Array.of(3, 0, 3, 8, 3), Int32Array.of(8, 1)];
const upstream = (part: number) =>
  tf.tensor2d(Float32Array.from(normals(70 + part, reads[part]!.length * WIDTH)), [reads[part]!.length, WIDTH]);
const values = (stream: number) => tf.tensor2d(Float32Array.from(normals(stream, ROWS * WIDTH)), [ROWS, WIDTH]);

/** A function of everything read of the table, whose gradient isn't the same for any two rows. */
const objective = (read: (ids: Int32Array) => tf.Tensor2D) =>
  tf.addN(reads.map((ids, part) => tf.sum(tf.mul(read(ids), upstream(part))))) as tf.Scalar;

function rowGradient(table: tf.Variable) {
  const gradients = new RowGradients();
  const read = (ids: Int32Array) => gradients.read(table as tf.Tensor as tf.Tensor2D, ids);
  const { grads } = tf.variableGrads(() => objective(read), [table, gradients.anchor]);
  expect(grads[table.name]).toBeUndefined();
  const gradient = gradients.take().get(table)!;
  expect(gradients.take().size).toBe(0);
  return gradient;
}

const denseOf = (table: tf.Variable) =>
  tf.variableGrads(() => objective((ids) => embedding(table as tf.Tensor as tf.Tensor2D, ids)), [table]).grads[
    table.name
  ]!;

const rates = { learningRate: 0.1, beta1: 0.9, beta2: 0.98, epsilon: 1e-6, step: 3, gradientScale: 0.5 };

describe("gradients of rows", () => {
  test("are those of the table, of the rows that were read only", async () => {
    await selectBackend({ backend: "cpu" });
    tf.tidy(() => {
      const table = tf.variable(values(1));
      const gradient = rowGradient(table);
      expect(gradient.sums.shape).toEqual([4, WIDTH]);
      expectClose(denseGradient(gradient).dataSync<"float32">(), denseOf(table).dataSync<"float32">(), 1e-6);
    });
  });

  test.skipIf(addon === undefined)("make Adam's step to the bit, natively", async () => {
    await onNative(addon!, () =>
      tf.tidy(() => {
        const start = () => [values(1), values(2), tf.square(values(3))].map((x) => tf.variable(x));
        const [[value, first, second], [other, otherFirst, otherSecond]] = [start(), start()] as tf.Variable[][] as [
          [tf.Variable, tf.Variable, tf.Variable],
          [tf.Variable, tf.Variable, tf.Variable],
        ];
        adamRowStep({ value, first, second, gradient: rowGradient(value) }, rates);
        adamStep([{ value: other, first: otherFirst, second: otherSecond, gradient: denseOf(other) }], rates);
        const contents = (variables: tf.Variable[]) => variables.map((x) => x.dataSync<"float32">());
        expect(sameArrays(contents([value, first, second]), contents([other, otherFirst, otherSecond]))).toBe(true);
      }),
    );
  });
});
