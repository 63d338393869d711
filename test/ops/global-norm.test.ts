/** Source of truth: √ Σ g² in double precision. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { nativeBackend } from "../../src/backends/native/backend.ts";
import { selectBackend } from "../../src/backends/select.ts";
import { composedGlobalNorm, globalNorm } from "../../src/ops/global-norm.ts";
import { vocabularyCrossEntropy } from "../../src/ops/vocabulary-cross-entropy.ts";
import { normals } from "./finite-differences.ts";
import { nativeAddon, onNative } from "./op-outcomes.ts";

const addon = nativeAddon();
const values = [1, 5, 300, 40_001].map((size, i) => normals(60 + i, size, i + 1));
const expected = Math.sqrt(values.reduce((sum, list) => sum + list.reduce((part, x) => part + x * x, 0), 0));

function norm(of: typeof globalNorm): number {
  return tf.tidy(() => of(values.map((list) => tf.tensor1d(Float32Array.from(list)))));
}

describe("global norm", () => {
  it("is the root of the sum of squares, composed", async () => {
    await selectBackend({ backend: "cpu" });
    expect(norm(composedGlobalNorm) / expected).toBeCloseTo(1, 6);
    expect(globalNorm([])).toBe(0);
  });

  it.skipIf(addon === undefined)("is the same, native, to the bit with any number of threads", async () => {
    for (const [one, ...more] of await onNative(addon!, () => norm(globalNorm))) {
      expect(one! / expected).toBeCloseTo(1, 6);
      for (const other of more) expect(other).toBe(one);
    }
  });

  it.skipIf(addon === undefined)("takes the squares that the softmax's kernel has summed", async () => {
    // More positions than one chunk takes, more pieces than one block.
    const [positions, width, vocabulary] = [700, 33, 530];
    const targets = Int32Array.from({ length: positions }, (_, i) => (7 * i) % vocabulary);
    const matrix = (stream: number, rows: number, columns: number) =>
      tf.tensor2d(Float32Array.from(normals(stream, rows * columns)), [rows, columns]);
    const results = await onNative(addon!, () =>
      tf.tidy(() => {
        const [hidden, bias] = [matrix(70, positions, width), tf.zeros<tf.Rank.R1>([vocabulary])];
        const loss = (weights: tf.Tensor) =>
          vocabularyCrossEntropy({ hidden, weights: weights as tf.Tensor2D, bias }, { targets, labelSmoothing: 0.1 });
        const gradient = tf.grad(loss)(matrix(71, vocabulary, width), tf.tensor1d([1, 0]));
        const known = nativeBackend()!.squaresOf(gradient)!;
        const values = gradient.dataSync<"float32">();
        return { known, norm: globalNorm([gradient]), expected: values.reduce((sum, x) => sum + x * x, 0) };
      }),
    );
    for (const [one, ...more] of results) {
      expect(one!.known / one!.expected).toBeCloseTo(1, 6);
      expect(one!.norm).toBe(Math.sqrt(one!.known));
      for (const other of more) expect(other).toEqual(one);
    }
  });

  it.skipIf(addon === undefined)("is not finite if a gradient isn't", async () => {
    await onNative(addon!, () => {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(Number.isFinite(globalNorm([tf.ones([40]), tf.tensor1d([1, bad, 2])]))).toBe(false);
      }
    });
  });
});
