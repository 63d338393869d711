/** Source of truth: Shazeer et al. 2017, §4, in double precision. */
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { composedImportance, composedSquaredVariations, importance, squaredVariations } from "../../src/ops/balance.ts";
import { expectDefined, expectNativeAgrees, nativeAddon, onNative, operand, runOp } from "./op-outcomes.ts";

const addon = nativeAddon();

describe("importance", () => {
  const experts = Int32Array.of(2, 0, 0, 2, 3, 2);

  it("sums each expert's gates", async () => {
    await expectDefined(
      (gates) => composedImportance(gates, experts, 5),
      [operand(1, [3, 2])],
      (gates) => {
        const out = new Float64Array(5);
        experts.forEach((expert, i) => {
          out[expert]! += gates[i]!;
        });
        return out;
      },
    );
  });

  it.skipIf(addon === undefined)("is the same on the native backend", async () => {
    await expectNativeAgrees(
      addon!,
      (gates) => importance(gates, experts, 5),
      (gates) => composedImportance(gates, experts, 5),
      [operand(1, [3, 2])],
    );
  });
});

describe("squared variation", () => {
  const weights = [0.7, 0.2];
  const vectors = [operand(1, [6]), operand(2, [9])].map((vector) => ({
    ...vector,
    values: vector.values.map((value) => Math.fround(value + 2)),
  }));
  const opOf =
    (op: typeof squaredVariations) =>
    (...values: tf.Tensor1D[]) =>
      op(values.map((values, i) => ({ values, weight: weights[i]! })));

  it("is the variance over the squared mean, weighted and summed", async () => {
    await expectDefined(opOf(composedSquaredVariations), vectors, (...values) => {
      const terms = values.map((vector, i) => {
        const mean = vector.reduce((a, b) => a + b) / vector.length;
        const variance = vector.reduce((sum, x) => sum + (x - mean) ** 2, 0) / vector.length;
        return (weights[i]! * variance) / (mean * mean + 1e-10);
      });
      return Float64Array.of(terms.reduce((a, b) => a + b));
    });
  });

  it.skipIf(addon === undefined)("is the same on the native backend", async () => {
    await expectNativeAgrees(addon!, opOf(squaredVariations), opOf(composedSquaredVariations), vectors);
  });

  it("is 0, with finite gradients, where nothing was routed", async () => {
    const nothing = [{ shape: [4], values: new Float64Array(4) }];
    await selectBackend({ backend: "cpu" });
    const outcomes = [runOp(opOf(squaredVariations), nothing)];
    if (addon !== undefined)
      outcomes.push(...(await onNative(addon, () => runOp(opOf(squaredVariations), nothing))).flat());
    for (const { value, gradients } of outcomes) {
      expect(Array.from(value)).toEqual([0]);
      expect(gradients[0]!.every((d) => d === 0)).toBe(true);
    }
  });
});
