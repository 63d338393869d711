/** Runs a differentiable op on a backend: its value, and the gradients of Σ value ∘ upstream. Results of two runs are compared by element. */
import * as tf from "@tensorflow/tfjs";
import { expect } from "vitest";
import { loadAddon, type NativeAddon } from "../../src/backends/native/addon.ts";
import { selectBackend } from "../../src/backends/select.ts";
import { reportMissingNative } from "../backends/native-required.ts";
import { expectClose, normals, numericGradient } from "./finite-differences.ts";

export interface Operand {
  shape: number[];
  values: Float64Array;
}

export interface Outcome {
  value: Float32Array;
  gradients: Float32Array[];
}

// biome-ignore lint/suspicious/noExplicitAny: ops take tensors of ranks of their own
export type Op = (...inputs: any[]) => tf.Tensor;

/** Normal numbers of a shape, from a stream of their own. */
export function operand(stream: number, shape: number[], scale = 1): Operand {
  return { shape, values: normals(stream, tf.util.sizeFromShape(shape), scale) };
}

let weights: Float64Array = new Float64Array(0);

/** Numbers that weigh an op's results in the function whose gradient is taken. */
export function upstream(count: number): Float64Array {
  if (weights.length < count) weights = normals(99, count);
  return weights.subarray(0, count);
}

export function runOp(op: Op, operands: Operand[]): Outcome {
  return tf.tidy(() => {
    const inputs = operands.map(({ shape, values }) => tf.tensor(Float32Array.from(values), shape));
    const value = op(...inputs);
    const dy = tf.tensor(Float32Array.from(upstream(value.size)), value.shape);
    const gradients = tf.grads(op)(inputs, dy);
    return {
      value: value.dataSync<"float32">(),
      gradients: gradients.map((gradient) => gradient.dataSync<"float32">()),
    };
  });
}

/** On the cpu backend: value and gradients are those of a double-precision definition of the op. */
export async function expectDefined(
  op: Op,
  operands: Operand[],
  definition: (...values: Float64Array[]) => Float64Array,
  tolerance = 1e-5,
): Promise<void> {
  await selectBackend({ backend: "cpu" });
  const values = operands.map((operand) => operand.values);
  const { value, gradients } = runOp(op, operands);
  expectClose(value, definition(...values), tolerance);
  const weights = upstream(value.length);
  const objective = () => definition(...values).reduce((sum, y, i) => sum + y * weights[i]!, 0);
  values.forEach((x, i) => {
    expectClose(gradients[i]!, numericGradient(objective, x), tolerance);
  });
}

/** The addon, or undefined (with the reason on standard error) where there is none. */
export function nativeAddon(): NativeAddon | undefined {
  try {
    return loadAddon();
  } catch (error) {
    reportMissingNative((error as Error).message);
    return undefined;
  }
}

/** Runs `body` on the native backend with each instruction set of this processor and with 1, 2 and 3 threads. */
export async function onNative<T>(addon: NativeAddon, body: (isa: string, threads: number) => T): Promise<T[][]> {
  const chosen = { isa: addon.isa(), threads: addon.threads() };
  await selectBackend({ backend: "native", threads: 1, precision: "f32" });
  try {
    return addon.instructionSets().map((isa) =>
      [1, 2, 3].map((threads) => {
        addon.selectIsa(isa);
        addon.setThreads(threads);
        return body(isa, threads);
      }),
    );
  } finally {
    addon.selectIsa(chosen.isa);
    addon.setThreads(chosen.threads);
    await selectBackend({ backend: "cpu" });
  }
}

/** The native op agrees with the composed one, and gives the same bits with any number of threads. */
export async function expectNativeAgrees(
  addon: NativeAddon,
  op: Op,
  composed: Op,
  operands: Operand[],
  tolerance = 1e-5,
): Promise<void> {
  await selectBackend({ backend: "cpu" });
  const expected = runOp(composed, operands);
  const outcomes = await onNative(addon, () => runOp(op, operands));
  for (const [one, ...more] of outcomes) {
    expectClose(one!.value, expected.value, tolerance);
    expect(one!.gradients.length).toBe(expected.gradients.length);
    one!.gradients.forEach((gradient, i) => {
      expectClose(gradient, expected.gradients[i]!, tolerance);
    });
    for (const other of more) expect(sameBits(other, one!)).toBe(true);
  }
}

export function sameBits(a: Outcome, b: Outcome): boolean {
  return sameArrays([a.value, ...a.gradients], [b.value, ...b.gradients]);
}

export function sameArrays(a: readonly Float32Array[], b: readonly Float32Array[]): boolean {
  const bytes = (x: Float32Array) => Buffer.from(x.buffer, x.byteOffset, x.byteLength);
  return a.length === b.length && a.every((part, i) => bytes(part).equals(bytes(b[i]!)));
}
