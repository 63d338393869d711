/**
 * Source of truth: the LSTM equations in double precision (i, f, o = σ, g = tanh of x W + h U + b; c' = f c + i g; h' = o tanh c')
 * and central differences of them; native kernels against the composed op.
 */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { type PackedLayout, packedLayout, sentenceRows } from "../../src/base/packed-layout.ts";
import { composedLstmLayer, type LstmLayerOptions, lstmLayer, lstmStep } from "../../src/ops/lstm-layer.ts";
import { expectClose, expectSameBits } from "./finite-differences.ts";
import {
  expectDefined,
  expectNativeAgrees,
  nativeAddon,
  type Operand,
  onNative,
  operand,
  runOp,
} from "./op-outcomes.ts";

const addon = nativeAddon();

interface Case {
  /** Lengths of the sentences, longest first. */
  lengths: number[];
  inputs: number;
  hidden: number;
  reverse: boolean;
  initial: "none" | "hidden" | "cell" | "both";
}

const positionsOf = ({ lengths }: Case) => lengths.reduce((sum, length) => sum + length, 0);

/** x, input weights, recurrent weights, bias, then the initial states that are given. */
function operandsOf({ inputs, hidden, lengths, initial, ...rest }: Case): Operand[] {
  const positions = positionsOf({ inputs, hidden, lengths, initial, ...rest });
  const states = initial === "none" ? [] : initial === "both" ? [5, 6] : [5];
  return [
    operand(1, [positions, inputs]),
    operand(2, [inputs, 4 * hidden], 0.5),
    operand(3, [hidden, 4 * hidden], 0.5),
    operand(4, [4 * hidden], 0.5),
    ...states.map((stream) => operand(stream, [lengths.length, hidden])),
  ];
}

function opOf({ lengths, reverse, initial }: Case, layer: typeof lstmLayer) {
  const options: LstmLayerOptions = { layout: packedLayout(lengths), reverse };
  return (
    x: tf.Tensor2D,
    inputWeights: tf.Tensor2D,
    recurrentWeights: tf.Tensor2D,
    bias: tf.Tensor1D,
    ...states: tf.Tensor2D[]
  ) =>
    layer(
      {
        x,
        inputWeights,
        recurrentWeights,
        bias,
        ...(initial === "hidden" || initial === "both" ? { initialHidden: states[0]! } : {}),
        ...(initial === "cell" || initial === "both" ? { initialCell: states[states.length - 1]! } : {}),
      },
      options,
    );
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** One sentence at a time, from the equations. */
function definition(c: Case): (...values: Float64Array[]) => Float64Array {
  const layout: PackedLayout = packedLayout(c.lengths);
  const { rows, offsets } = sentenceRows(layout);
  return (x, inputWeights, recurrentWeights, bias, ...states) => {
    const { inputs, hidden } = c;
    const output = new Float64Array(positionsOf(c) * hidden);
    const initialHidden = c.initial === "hidden" || c.initial === "both" ? states[0] : undefined;
    const initialCell = c.initial === "cell" || c.initial === "both" ? states[states.length - 1] : undefined;
    for (let sentence = 0; sentence < c.lengths.length; sentence++) {
      const start = (state: Float64Array | undefined) =>
        Float64Array.from({ length: hidden }, (_, unit) => state?.[sentence * hidden + unit] ?? 0);
      let before = start(initialHidden);
      const cell = start(initialCell);
      const order = rows.slice(offsets[sentence], offsets[sentence + 1]);
      for (const row of c.reverse ? order.reverse() : order) {
        const sums = Float64Array.from(bias!);
        for (let column = 0; column < 4 * hidden; column++) {
          for (let i = 0; i < inputs; i++)
            sums[column]! += x![row * inputs + i]! * inputWeights![i * 4 * hidden + column]!;
          for (let i = 0; i < hidden; i++) sums[column]! += before[i]! * recurrentWeights![i * 4 * hidden + column]!;
        }
        before = Float64Array.from(cell, (previous, unit) => {
          const [i, f, g, o] = [0, 1, 2, 3].map((gate) => sums[gate * hidden + unit]!) as [
            number,
            number,
            number,
            number,
          ];
          cell[unit] = sigmoid(f) * previous + sigmoid(i) * Math.tanh(g);
          return sigmoid(o) * Math.tanh(cell[unit]!);
        });
        output.set(before, row * hidden);
      }
    }
    return output;
  };
}

/** |actual − expected| ≤ tolerance · |expected|, as vectors. */
function expectNear(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  const difference = actual.map((value, i) => value - expected[i]!);
  expect(Math.hypot(...difference)).toBeLessThanOrEqual(tolerance * Math.hypot(...expected));
}

const small: Case[] = [
  { lengths: [3, 2, 2, 1], inputs: 3, hidden: 2, reverse: false, initial: "none" },
  { lengths: [3, 2, 2, 1], inputs: 3, hidden: 2, reverse: true, initial: "both" },
  { lengths: [4, 1], inputs: 1, hidden: 3, reverse: false, initial: "hidden" },
  { lengths: [2, 2], inputs: 2, hidden: 1, reverse: true, initial: "cell" },
];

const larger: Case[] = [
  { lengths: [1], inputs: 1, hidden: 1, reverse: false, initial: "none" },
  { lengths: [5, 5, 3, 1], inputs: 7, hidden: 5, reverse: false, initial: "both" },
  { lengths: [5, 5, 3, 1], inputs: 7, hidden: 5, reverse: true, initial: "both" },
  { lengths: [4, 4, 4], inputs: 16, hidden: 32, reverse: false, initial: "none" },
  { lengths: [6, 5, 5, 2, 1], inputs: 33, hidden: 47, reverse: true, initial: "none" },
  { lengths: [3, ...new Array<number>(40).fill(2)], inputs: 20, hidden: 70, reverse: false, initial: "hidden" },
  { lengths: [3, ...new Array<number>(29).fill(2), 1, 1], inputs: 20, hidden: 36, reverse: true, initial: "cell" },
];

const titleOf = (c: Case) =>
  `${c.lengths.length} sentences, ${c.inputs} → ${c.hidden}${c.reverse ? ", reverse" : ""}, initial states: ${c.initial}`;

describe("the composed layer follows the equations, and its gradients central differences", () => {
  test.each(small.map((c) => [titleOf(c), c] as const))("%s", async (_, c) => {
    await expectDefined(opOf(c, composedLstmLayer), operandsOf(c), definition(c));
  });
});

describe.runIf(addon !== undefined)("native kernels", () => {
  test.each([...small, ...larger].map((c) => [titleOf(c), c] as const))("%s", async (_, c) => {
    await expectNativeAgrees(addon!, opOf(c, lstmLayer), opOf(c, composedLstmLayer), operandsOf(c), 2e-5);
  });

  test("bf16 stays within its rounding of f32", async () => {
    for (const c of larger.slice(-4)) {
      const operands = operandsOf(c);
      await selectBackend({ backend: "native", threads: 2, precision: "f32" });
      const f32 = runOp(opOf(c, lstmLayer), operands);
      addon!.setPrecision("bf16");
      const bf16 = runOp(opOf(c, lstmLayer), operands);
      addon!.setPrecision("f32");
      await selectBackend({ backend: "cpu" });
      expectNear(bf16.value, f32.value, 1e-2);
      f32.gradients.forEach((expected, i) => {
        expectNear(bf16.gradients[i]!, expected, 2e-2);
      });
    }
  });

  test("a step gives the layer's states", async () => {
    const c: Case = { lengths: new Array<number>(17).fill(1), inputs: 12, hidden: 37, reverse: false, initial: "both" };
    const values = operandsOf(c);
    await selectBackend({ backend: "cpu" });
    const step = () =>
      tf.tidy(() => {
        const tensors = values.map(({ shape, values }) => tf.tensor(Float32Array.from(values), shape));
        const [x, inputWeights, recurrentWeights, , hidden, cell] = tensors.map((tensor) => tensor as tf.Tensor2D);
        const after = lstmStep({
          x: x!,
          hidden: hidden!,
          cell: cell!,
          inputWeights: inputWeights!,
          recurrentWeights: recurrentWeights!,
          bias: tensors[3] as tf.Tensor1D,
        });
        return { hidden: after.hidden.dataSync<"float32">(), cell: after.cell.dataSync<"float32">() };
      });
    const expected = step();
    expectClose(expected.hidden, definition(c)(...values.map((v) => v.values)), 1e-5);
    for (const [one, ...more] of await onNative(addon!, step)) {
      expectClose(one!.hidden, expected.hidden, 1e-5);
      expectClose(one!.cell, expected.cell, 1e-5);
      for (const other of more) expectSameBits(other.hidden, one!.hidden);
    }
  });

  test("a sentence's states don't depend on its batch", async () => {
    const c: Case = { lengths: [5, 4, 4, 2], inputs: 9, hidden: 19, reverse: false, initial: "none" };
    const alone: Case = { ...c, lengths: [5] };
    const values = operandsOf(c);
    const first = sentenceRows(packedLayout(c.lengths)).rows.subarray(0, 5);
    const x: Operand = { shape: [5, c.inputs], values: new Float64Array(5 * c.inputs) };
    first.forEach((row, t) => {
      x.values.set(values[0]!.values.subarray(row * c.inputs, (row + 1) * c.inputs), t * c.inputs);
    });
    const outcomes = await onNative(addon!, () => [
      runOp(opOf(c, lstmLayer), values).value,
      runOp(opOf(alone, lstmLayer), [x, ...values.slice(1)]).value,
    ]);
    for (const [together, own] of outcomes.flat()) {
      first.forEach((row, t) => {
        expectSameBits(together!.subarray(row * 19, (row + 1) * 19), own!.subarray(t * 19, (t + 1) * 19));
      });
    }
  });
});
