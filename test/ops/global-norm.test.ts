/** Source of truth: √ Σ g² in double precision. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { composedGlobalNorm, globalNorm } from "../../src/ops/global-norm.ts";
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

  it.skipIf(addon === undefined)("is not finite if a gradient isn't", async () => {
    await onNative(addon!, () => {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(Number.isFinite(globalNorm([tf.ones([40]), tf.tensor1d([1, bad, 2])]))).toBe(false);
      }
    });
  });
});
