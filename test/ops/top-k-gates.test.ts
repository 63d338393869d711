/** Source of truth: sorting and softmax in double precision, and central differences of it (Shazeer et al. 2017, §2.1). */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { composedTopKGates, topKGates } from "../../src/ops/top-k-gates.ts";
import { expectDefined, expectNativeAgrees, nativeAddon, onNative, operand, runOp } from "./op-outcomes.ts";

const addon = nativeAddon();

/** Columns of the k largest of a row, best first, ties to the lower column. */
function best(row: Float64Array, k: number): number[] {
  return Array.from(row.keys())
    .sort((a, b) => row[b]! - row[a]! || a - b)
    .slice(0, k);
}

function rowsOf(logits: ArrayLike<number>, width: number): Float64Array[] {
  const rows = logits.length / width;
  return Array.from({ length: rows }, (_, i) => Float64Array.from({ length: width }, (_, j) => logits[i * width + j]!));
}

function definition(logits: Float64Array, width: number, k: number): Float64Array {
  return Float64Array.from(
    rowsOf(logits, width).flatMap((row) => {
      const powers = best(row, k).map((column) => Math.exp(row[column]! - Math.max(...row)));
      const sum = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / sum);
    }),
  );
}

describe("composed top-k gates", () => {
  it.each([
    [3, 6, 2],
    [1, 5, 1],
    [2, 4, 4],
  ])("%i positions, %i experts, k = %i: a softmax over the k largest", async (positions, width, k) => {
    const logits = operand(1, [positions, width]);
    await expectDefined(
      (t) => composedTopKGates(t, k).gates,
      [logits],
      (values) => definition(values, width, k),
    );
    const { experts } = composedTopKGates(tf.tensor2d(Float32Array.from(logits.values), [positions, width]), k);
    expect(Array.from(experts)).toEqual(rowsOf(logits.values, width).flatMap((row) => best(row, k)));
  });

  it("gives no gradient for k = 1, where the softmax is constant", async () => {
    await selectBackend({ backend: "cpu" });
    const { value, gradients } = runOp((t) => composedTopKGates(t, 1).gates, [operand(2, [4, 5])]);
    expect(Array.from(value)).toEqual([1, 1, 1, 1]);
    expect(gradients[0]!.every((d) => d === 0)).toBe(true);
  });
});

const chosenBy = (gate: typeof topKGates, logits: Float64Array, width: number, k: number) =>
  tf.tidy(() => Array.from(gate(tf.tensor2d(Float32Array.from(logits), [logits.length / width, width]), k).experts));

describe("ties", () => {
  // Rows of few different values; a row of equal ones.
  const width = 40;
  const logits = Float64Array.from({ length: 6 * width }, (_, i) => (i < width ? 0 : (i * 7919) % 5));
  const expected = rowsOf(logits, width).flatMap((row) => best(row, 4));

  it("go to the lower expert", async () => {
    await selectBackend({ backend: "cpu" });
    expect(chosenBy(composedTopKGates, logits, width, 4)).toEqual(expected);
  });

  it.skipIf(addon === undefined)("go to the lower expert on the native backend", async () => {
    for (const chosen of (await onNative(addon!, () => chosenBy(topKGates, logits, width, 4))).flat()) {
      expect(chosen).toEqual(expected);
    }
  });
});

describe.skipIf(addon === undefined)("native top-k gates", () => {
  it.each([
    [3, 6, 2],
    [1, 5, 1],
    [2, 20, 20],
    [50, 37, 4],
    [150, 300, 3],
  ])("%i positions, %i experts, k = %i: agree with the composed op", async (positions, width, k) => {
    const logits = operand(3, [positions, width], 2);
    await expectNativeAgrees(
      addon!,
      (t) => topKGates(t, k).gates,
      (t) => composedTopKGates(t, k).gates,
      [logits],
    );
    const expected = rowsOf(logits.values, width).flatMap((row) => best(row, k));
    for (const chosen of (await onNative(addon!, () => chosenBy(topKGates, logits.values, width, k))).flat()) {
      expect(chosen).toEqual(expected);
    }
  });
});
