// Source of truth: the CPU backend, whose casts to float32 share the memory of what was cast.
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";

beforeAll(() => selectBackend({ backend: "native", threads: 1 }));
afterAll(() => selectBackend({ backend: "cpu" }));

test.each([
  ["bool", [1, 0, 1, 1]],
  ["int32", [3, -2, 0, 7]],
] as const)("a %s tensor cast to float32 reaches native kernels", (dtype, values) => {
  const cast = tf.cast(tf.tensor2d([...values], [2, 2], dtype), "float32");
  expect([...tf.mul(cast, 2).dataSync()]).toEqual(values.map((value) => 2 * value));
  expect([...tf.matMul(cast, tf.eye(2)).dataSync()]).toEqual([...values]);
});

test("gradients of maximum", () => {
  const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.maximum(x, 0)));
  expect([...gradient(tf.tensor1d([-1, 2, 3])).dataSync()]).toEqual([0, 1, 1]);
});
