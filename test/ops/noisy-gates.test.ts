/** Source of truth: Shazeer et al. 2017, §2.1 and appendix A, in double precision, and central differences of it with the noise frozen. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { composedNoisyGates, noisyGates } from "../../src/ops/noisy-gates.ts";
import { load, topK, withNoise } from "../moe/gating-definition.ts";
import { expectClose, normals } from "./finite-differences.ts";
import { expectDefined, expectNativeAgrees, nativeAddon, type Op, onNative, operand, runOp } from "./op-outcomes.ts";

const addon = nativeAddon();

interface Case {
  rows: number;
  experts: number;
  k: number;
  /** First row of each group. */
  offsets: number[];
}

const cases: [string, Case][] = [
  ["one group", { rows: 5, experts: 6, k: 2, offsets: [0, 5] }],
  ["k = 1", { rows: 4, experts: 3, k: 1, offsets: [0, 4] }],
  ["k = n - 1", { rows: 3, experts: 5, k: 4, offsets: [0, 3] }],
  ["k = n", { rows: 3, experts: 4, k: 4, offsets: [0, 1, 3] }],
  ["one row", { rows: 1, experts: 7, k: 3, offsets: [0, 1] }],
  ["groups, some without rows", { rows: 7, experts: 4, k: 2, offsets: [0, 0, 3, 3, 4, 7] }],
];

/** For kernels: several blocks of rows, and of columns. */
const longCases: [string, Case][] = [
  ["blocks of rows", { rows: 200, experts: 17, k: 4, offsets: [0, 200] }],
  ["groups of several blocks", { rows: 190, experts: 48, k: 16, offsets: [0, 70, 70, 187, 190] }],
  ["many experts", { rows: 70, experts: 300, k: 4, offsets: [0, 70] }],
];

const noiseOf = ({ rows, experts }: Case) => Float32Array.from(normals(9, rows * experts));
const operandsOf = ({ rows, experts }: Case) => [operand(1, [rows, experts]), operand(2, [rows, experts])];

/** Gates, best first, then load. */
const opOf =
  (op: typeof noisyGates, given: Case): Op =>
  (clean: tf.Tensor2D, noiseInput: tf.Tensor2D) => {
    const noise = tf.tensor2d(noiseOf(given), [given.rows, given.experts]);
    const { gates, load } = op({ clean, noiseInput, noise }, given.k, Int32Array.from(given.offsets));
    return tf.concat1d([tf.reshape(gates, [gates.size]), load]);
  };

function definition(given: Case, clean: Float64Array, noiseInput: Float64Array): Float64Array {
  const { rows, experts, k, offsets } = given;
  const matrix = (values: Float64Array) =>
    Array.from({ length: rows }, (_, row) => [...values.subarray(row * experts, (row + 1) * experts)]);
  const logits = withNoise(matrix(clean), matrix(noiseInput), noiseOf(given));
  const gates = logits.noisy.map((row) =>
    topK(row, k)
      .filter((gate) => gate > 0)
      .sort((a, b) => b - a),
  );
  const loads = offsets.slice(1).flatMap((end, group) => {
    const own = (values: number[][]) => values.slice(offsets[group]!, end);
    return load({ clean: own(logits.clean), scale: own(logits.scale), noisy: own(logits.noisy) }, k, experts);
  });
  return Float64Array.from([...gates.flat(), ...loads]);
}

describe("composed noisy gates", () => {
  it.each(cases)("are as defined, with gradients: %s", async (_, given) => {
    await expectDefined(opOf(composedNoisyGates, given), operandsOf(given), (clean, noiseInput) =>
      definition(given, clean!, noiseInput!),
    );
  });
});

describe.skipIf(addon === undefined)("native noisy gates", () => {
  it.each([...cases, ...longCases])("agree with the composed op: %s", async (_, given) => {
    await expectNativeAgrees(addon!, opOf(noisyGates, given), opOf(composedNoisyGates, given), operandsOf(given), 2e-5);
  });

  it.each(longCases)("choose the same experts: %s", async (_, given) => {
    const chosen = (op: typeof noisyGates) =>
      tf.tidy(() => {
        const shape: [number, number] = [given.rows, given.experts];
        const [clean, noiseInput] = operandsOf(given).map(({ values }) =>
          tf.tensor2d(Float32Array.from(values), shape),
        );
        const inputs = { clean: clean!, noiseInput: noiseInput!, noise: tf.tensor2d(noiseOf(given), shape) };
        return Array.from(op(inputs, given.k, Int32Array.from(given.offsets)).experts);
      });
    await selectBackend({ backend: "cpu" });
    const expected = chosen(composedNoisyGates);
    for (const experts of (await onNative(addon!, () => chosen(noisyGates))).flat()) expect(experts).toEqual(expected);
  });

  it("has Φ to 1e-6", async () => {
    // Of two experts the first is always noisy best, with logit 0; so the second's load is Φ(clean / scale).
    const [steps, far] = [200, 8];
    const given: Case = { rows: steps, experts: 2, k: 1, offsets: Array.from({ length: steps + 1 }, (_, i) => i) };
    const clean = Float64Array.from({ length: 2 * steps }, (_, i) =>
      i % 2 === 0 ? 0 : Math.fround(far * ((i - 1) / 2 / steps - 0.5)),
    );
    const noise = Float32Array.from({ length: 2 * steps }, (_, i) => (i % 2 === 0 ? 0 : -100));
    const op =
      (op: typeof noisyGates): Op =>
      (clean: tf.Tensor2D) => {
        const shape: [number, number] = [steps, 2];
        const inputs = { clean, noiseInput: tf.fill(shape, 0.5) as tf.Tensor2D, noise: tf.tensor2d(noise, shape) };
        return op(inputs, 1, Int32Array.from(given.offsets)).load;
      };
    await selectBackend({ backend: "cpu" });
    const operands = [{ shape: [steps, 2], values: clean }];
    const scale = Math.log1p(Math.exp(0.5)) + 0.01;
    const expected = Array.from({ length: steps }, (_, i) => {
      const row = { clean: [[0, clean[2 * i + 1]!]], scale: [[scale, scale]], noisy: [[0, -1000]] };
      return load(row, 1, 2)[1]!;
    });
    for (const { value } of (await onNative(addon!, () => runOp(op(noisyGates), operands))).flat()) {
      const second = Array.from({ length: steps }, (_, i) => value[2 * i + 1]!);
      expectClose(second, expected, 1e-6);
    }
  });
});
