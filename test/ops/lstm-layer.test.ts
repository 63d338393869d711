/**
 * Source of truth: the LSTM equations in double precision (i, f, o = σ, g = tanh of x W + h U + b; c' = f c + i g; h' = o tanh c',
 * times the projection where there is one: Sak et al. 2014) and central differences of them; native kernels against the composed op.
 */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { packedLayout, sentenceRows } from "../../src/base/packed-layout.ts";
import { composedBidirectionalLstmLayer, composedLstmLayer } from "../../src/ops/lstm-composed.ts";
import type { LstmDirection } from "../../src/ops/lstm-inputs.ts";
import { bidirectionalLstmLayer, lstmLayer, lstmStep } from "../../src/ops/lstm-layer.ts";
import { expectClose, expectSameBits } from "./finite-differences.ts";
import {
  expectDefined,
  expectNativeAgrees,
  nativeAddon,
  type Op,
  type Operand,
  onNative,
  operand,
  runOp,
  upstream,
} from "./op-outcomes.ts";

const addon = nativeAddon();

interface Case {
  /** Lengths of the sentences, longest first. */
  lengths: number[];
  inputs: number;
  /** Of a direction. */
  units: number;
  /** Numbers of a hidden state where the units' outputs are projected. */
  projected?: number;
  reading: "forward" | "reverse" | "both";
  initial: "none" | "hidden" | "cell" | "both";
}

const positionsOf = ({ lengths }: Case) => lengths.reduce((sum, length) => sum + length, 0);
const hiddenOf = ({ units, projected }: Case) => projected ?? units;
const directionsOf = ({ reading }: Case) => (reading === "both" ? 2 : 1);

/** Names of a direction's operands, in their order. */
function keysOf({ projected, initial }: Case): (keyof LstmDirection)[] {
  return [
    ...(["inputWeights", "recurrentWeights", "bias"] as const),
    ...(projected === undefined ? [] : (["projection"] as const)),
    ...(initial === "hidden" || initial === "both" ? (["initialHidden"] as const) : []),
    ...(initial === "cell" || initial === "both" ? (["initialCell"] as const) : []),
  ];
}

/** x, then each direction's operands. */
function operandsOf(c: Case): Operand[] {
  const hidden = hiddenOf(c);
  const shapes: Record<keyof LstmDirection, [shape: number[], scale: number]> = {
    inputWeights: [[c.inputs, 4 * c.units], 0.5],
    recurrentWeights: [[hidden, 4 * c.units], 0.5],
    bias: [[4 * c.units], 0.5],
    projection: [[c.units, hidden], 0.2],
    initialHidden: [[c.lengths.length, hidden], 1],
    initialCell: [[c.lengths.length, c.units], 1],
  };
  const directions = Array.from({ length: directionsOf(c) }, () => keysOf(c)).flat();
  return [operand(1, [positionsOf(c), c.inputs]), ...directions.map((key, i) => operand(2 + i, ...shapes[key]))];
}

/** The tensors of direction `index` by name. */
function directionOf(c: Case, tensors: readonly tf.Tensor[], index: number): LstmDirection {
  const keys = keysOf(c);
  const own = keys.map((key, i) => [key, tensors[index * keys.length + i]]);
  return Object.fromEntries(own) as unknown as LstmDirection;
}

type Implementation = { layer: typeof lstmLayer; bidirectional: typeof bidirectionalLstmLayer };
const composed: Implementation = { layer: composedLstmLayer, bidirectional: composedBidirectionalLstmLayer };
const native: Implementation = { layer: lstmLayer, bidirectional: bidirectionalLstmLayer };

function opOf(c: Case, { layer, bidirectional }: Implementation) {
  const layout = packedLayout(c.lengths);
  return (x: tf.Tensor2D, ...rest: tf.Tensor[]) => {
    const first = directionOf(c, rest, 0);
    if (c.reading !== "both") return layer({ x, ...first }, { layout, reverse: c.reading === "reverse" });
    return bidirectional({ x, forward: first, backward: directionOf(c, rest, 1) }, layout);
  };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** One sentence at a time, from the equations. */
function definition(c: Case): (...values: Float64Array[]) => Float64Array {
  const { rows, offsets } = sentenceRows(packedLayout(c.lengths));
  const { inputs, units } = c;
  const [hidden, directions, keys] = [hiddenOf(c), directionsOf(c), keysOf(c)];
  return (x, ...rest) => {
    const output = new Float64Array(positionsOf(c) * directions * hidden);
    for (let direction = 0; direction < directions; direction++) {
      const given = (key: keyof LstmDirection) =>
        keys.includes(key) ? rest[direction * keys.length + keys.indexOf(key)] : undefined;
      const [inputWeights, recurrentWeights, projection] = [
        given("inputWeights")!,
        given("recurrentWeights")!,
        given("projection"),
      ];
      for (let sentence = 0; sentence < c.lengths.length; sentence++) {
        const start = (state: Float64Array | undefined, width: number) =>
          Float64Array.from({ length: width }, (_, i) => state?.[sentence * width + i] ?? 0);
        let before = start(given("initialHidden"), hidden);
        const cell = start(given("initialCell"), units);
        const order = rows.slice(offsets[sentence], offsets[sentence + 1]);
        for (const row of c.reading === "reverse" || direction === 1 ? order.reverse() : order) {
          const sums = Float64Array.from(given("bias")!);
          for (let column = 0; column < 4 * units; column++) {
            for (let i = 0; i < inputs; i++)
              sums[column]! += x![row * inputs + i]! * inputWeights[i * 4 * units + column]!;
            for (let i = 0; i < hidden; i++) sums[column]! += before[i]! * recurrentWeights[i * 4 * units + column]!;
          }
          const gate = (index: number, unit: number) => sums[index * units + unit]!;
          const outputs = cell.map((previous, unit) => {
            const kept = sigmoid(gate(1, unit)) * previous;
            cell[unit] = kept + sigmoid(gate(0, unit)) * Math.tanh(gate(2, unit));
            return sigmoid(gate(3, unit)) * Math.tanh(cell[unit]!);
          });
          before = outputs;
          if (projection !== undefined) {
            before = Float64Array.from({ length: hidden }, (_, i) =>
              outputs.reduce((sum, value, unit) => sum + value * projection[unit * hidden + i]!, 0),
            );
          }
          output.set(before, (row * directions + direction) * hidden);
        }
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
  { lengths: [3, 2, 2, 1], inputs: 3, units: 2, reading: "forward", initial: "none" },
  { lengths: [3, 2, 2, 1], inputs: 3, units: 2, reading: "reverse", initial: "both" },
  { lengths: [4, 1], inputs: 1, units: 3, reading: "forward", initial: "hidden" },
  { lengths: [2, 2], inputs: 2, units: 1, reading: "reverse", initial: "cell" },
  { lengths: [3, 2, 1], inputs: 2, units: 3, reading: "both", initial: "none" },
  { lengths: [3, 2, 2, 1], inputs: 3, units: 4, projected: 2, reading: "forward", initial: "none" },
  { lengths: [3, 2, 1], inputs: 2, units: 2, projected: 3, reading: "reverse", initial: "both" },
  { lengths: [2, 1], inputs: 2, units: 3, projected: 1, reading: "both", initial: "hidden" },
];

const larger: Case[] = [
  { lengths: [1], inputs: 1, units: 1, reading: "forward", initial: "none" },
  { lengths: [5, 5, 3, 1], inputs: 7, units: 5, reading: "forward", initial: "both" },
  { lengths: [5, 5, 3, 1], inputs: 7, units: 5, reading: "reverse", initial: "both" },
  { lengths: [5, 5, 3, 1], inputs: 7, units: 37, reading: "both", initial: "both" },
  { lengths: [5, 4, 2, 1], inputs: 18, units: 67, projected: 35, reading: "both", initial: "none" },
  { lengths: [4, 4, 2], inputs: 9, units: 33, projected: 48, reading: "reverse", initial: "cell" },
  { lengths: [4, 4, 4], inputs: 16, units: 32, reading: "forward", initial: "none" },
  // More positions than the weights' gradients take at a time.
  { lengths: new Array<number>(1100).fill(2), inputs: 3, units: 4, projected: 2, reading: "both", initial: "none" },
  { lengths: [6, 5, 5, 2, 1], inputs: 33, units: 47, reading: "reverse", initial: "none" },
  { lengths: [3, ...new Array<number>(40).fill(2)], inputs: 20, units: 70, reading: "forward", initial: "hidden" },
  { lengths: [3, ...new Array<number>(29).fill(2), 1, 1], inputs: 20, units: 36, reading: "reverse", initial: "cell" },
  {
    lengths: [3, ...new Array<number>(29).fill(2), 1],
    inputs: 21,
    units: 75,
    projected: 36,
    reading: "forward",
    initial: "both",
  },
];

const titleOf = (c: Case) => {
  const units = c.projected === undefined ? `${c.units}` : `${c.units} projected to ${c.projected}`;
  return `${c.lengths.length} sentences, ${c.inputs} → ${units}, ${c.reading}, initial states: ${c.initial}`;
};

describe("the composed layer follows the equations, and its gradients central differences", () => {
  test.each(small.map((c) => [titleOf(c), c] as const))("%s", async (_, c) => {
    await expectDefined(opOf(c, composed), operandsOf(c), definition(c));
  });
});

describe.runIf(addon !== undefined)("native kernels", () => {
  test.each([...small, ...larger].map((c) => [titleOf(c), c] as const))("%s", async (_, c) => {
    await expectNativeAgrees(addon!, opOf(c, native), opOf(c, composed), operandsOf(c), 2e-5);
  });

  test("bf16 stays within its rounding of f32", async () => {
    for (const c of larger.slice(-4)) {
      const operands = operandsOf(c);
      await selectBackend({ backend: "native", threads: 2, precision: "f32" });
      const f32 = runOp(opOf(c, native), operands);
      addon!.setPrecision("bf16");
      const bf16 = runOp(opOf(c, native), operands);
      addon!.setPrecision("f32");
      await selectBackend({ backend: "cpu" });
      expectNear(bf16.value, f32.value, 1e-2);
      f32.gradients.forEach((expected, i) => {
        expectNear(bf16.gradients[i]!, expected, 2e-2);
      });
    }
  });

  test.each([undefined, 21])("a step gives the layer's states; projected to %s", async (projected) => {
    const c: Case = {
      ...{ lengths: new Array<number>(17).fill(1), inputs: 12, units: 37, reading: "forward", initial: "both" },
      ...(projected === undefined ? {} : { projected }),
    };
    const values = operandsOf(c);
    await selectBackend({ backend: "cpu" });
    const step = () =>
      tf.tidy(() => {
        const [x, ...rest] = values.map(({ shape, values }) => tf.tensor(Float32Array.from(values), shape));
        const { initialHidden, initialCell, ...weights } = directionOf(c, rest, 0);
        const after = lstmStep({ x: x as tf.Tensor2D, hidden: initialHidden!, cell: initialCell!, ...weights });
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

  test.each([undefined, 38])("two directions at once are two layers; projected to %s", async (projected) => {
    const c: Case = {
      ...{ lengths: [7, 5, 5, 2], inputs: 19, units: 41, reading: "both", initial: "both" },
      ...(projected === undefined ? {} : { projected }),
    };
    const [x, ...rest] = operandsOf(c);
    const half = rest.length / 2;
    const positions = positionsOf(c);
    const hidden = hiddenOf(c);
    /** One direction, with the upstream gradient of its columns. */
    const apart = (reading: "forward" | "reverse", own: Operand[]) => {
      const op = opOf({ ...c, reading }, native) as Op;
      const gradients: Float32Array[] = [];
      const value = tf.tidy(() => {
        const inputs = [x!, ...own].map(({ shape, values }) => tf.tensor(Float32Array.from(values), shape));
        const dy = tf.tensor(Float32Array.from(upstream(positions * 2 * hidden)), [positions, 2 * hidden]);
        const columns = tf.slice(dy, [0, reading === "forward" ? 0 : hidden], [positions, hidden]);
        for (const gradient of tf.grads(op)(inputs, columns)) gradients.push(gradient.dataSync<"float32">());
        return op(...inputs).dataSync<"float32">();
      });
      return { value, gradients };
    };
    const outcomes = await onNative(addon!, () => ({
      both: runOp(opOf(c, native), [x!, ...rest]),
      forward: apart("forward", rest.slice(0, half)),
      reverse: apart("reverse", rest.slice(half)),
    }));
    for (const { both, forward, reverse } of outcomes.flat()) {
      for (let row = 0; row < positions; row++) {
        const own = (value: Float32Array) => value.subarray(row * hidden, (row + 1) * hidden);
        expectSameBits(both.value.subarray(2 * row * hidden, (2 * row + 1) * hidden), own(forward.value));
        expectSameBits(both.value.subarray((2 * row + 1) * hidden, 2 * (row + 1) * hidden), own(reverse.value));
      }
      [...forward.gradients.slice(1), ...reverse.gradients.slice(1)].forEach((expected, i) => {
        expectSameBits(both.gradients[i + 1]!, expected);
      });
      // The input's gradient is one sum over both directions, so it may round otherwise than a sum of sums.
      expectClose(
        both.gradients[0]!,
        forward.gradients[0]!.map((value, i) => value + reverse.gradients[0]![i]!),
        1e-5,
      );
    }
  });

  test("a sentence's states don't depend on its batch", async () => {
    const c: Case = { lengths: [5, 4, 4, 2], inputs: 9, units: 19, reading: "forward", initial: "none" };
    const alone: Case = { ...c, lengths: [5] };
    const values = operandsOf(c);
    const first = sentenceRows(packedLayout(c.lengths)).rows.subarray(0, 5);
    const x: Operand = { shape: [5, c.inputs], values: new Float64Array(5 * c.inputs) };
    first.forEach((row, t) => {
      x.values.set(values[0]!.values.subarray(row * c.inputs, (row + 1) * c.inputs), t * c.inputs);
    });
    const outcomes = await onNative(addon!, () => [
      runOp(opOf(c, native), values).value,
      runOp(opOf(alone, native), [x, ...values.slice(1)]).value,
    ]);
    for (const [together, own] of outcomes.flat()) {
      first.forEach((row, t) => {
        expectSameBits(together!.subarray(row * 19, (row + 1) * 19), own!.subarray(t * 19, (t + 1) * 19));
      });
    }
  });
});
