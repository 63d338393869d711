/** Source of truth: the composed op's gradients, followed by the composed step of factored Adam. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { composedExpertFfn } from "../../src/ops/expert-ffn.ts";
import { type ExpertUpdate, updatedExpertFfn } from "../../src/ops/expert-ffn-update.ts";
import { composedFactoredAdamStep, type FactoredMoments } from "../../src/ops/factored-adam-step.ts";
import { expectClose, normals } from "./finite-differences.ts";
import { nativeAddon, onNative, sameArrays } from "./op-outcomes.ts";

const addon = nativeAddon();

interface Case {
  sizes: number[];
  width: number;
  hidden: number;
  maxNorm: number;
}

const cases: Case[] = [
  { sizes: [2, 0, 3], width: 3, hidden: 4, maxNorm: 0 },
  { sizes: [13, 0, 40, 1, 7, 0], width: 33, hidden: 70, maxNorm: 1 },
  { sizes: [530, 3], width: 21, hidden: 5, maxNorm: 0 },
  { sizes: [90, 4, 5, 6], width: 11, hidden: 1040, maxNorm: 5 },
  { sizes: [3], width: 530, hidden: 20, maxNorm: 0 },
  { sizes: [0, 0], width: 3, hidden: 2, maxNorm: 0 },
  // Some have so few rows that their gradients are never whole: up to 26, and up to 6.
  { sizes: [1, 26, 27, 0, 13], width: 181, hidden: 265, maxNorm: 2 },
  { sizes: [6, 2, 7, 3], width: 48, hidden: 64, maxNorm: 0 },
];

interface State {
  x: tf.Variable;
  w1: tf.Variable;
  w2: tf.Variable;
  moments1: FactoredMoments;
  moments2: FactoredMoments;
}

const draw = (stream: number, shape: number[], scale = 1) =>
  tf.variable(tf.tensor(Float32Array.from(normals(stream, tf.util.sizeFromShape(shape), scale)), shape));

/** Moments that have seen some steps. */
function moments(stream: number, [matrices, rows, columns]: [number, number, number]): FactoredMoments {
  const squares = (offset: number, shape: number[]) =>
    tf.variable(tf.add(tf.square(draw(stream + offset, shape)), 0.1));
  return { rows: squares(0, [matrices, rows]), columns: squares(1, [matrices, columns]) };
}

function stateOf({ sizes, width, hidden }: Case): State {
  const experts = sizes.length;
  const rows = sizes.reduce((a, b) => a + b, 0);
  return {
    x: draw(1, [rows, width]),
    w1: draw(2, [experts, width, hidden], width ** -0.5),
    w2: draw(3, [experts, hidden, width], hidden ** -0.5),
    moments1: moments(10, [experts, width, hidden]),
    moments2: moments(20, [experts, hidden, width]),
  };
}

const offsetsOf = (sizes: number[]) =>
  Int32Array.from([0, ...sizes].map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0)));

function updateOf({ w1, w2, moments1, moments2 }: State, maxNorm: number): ExpertUpdate {
  return {
    options: { learningRate: 0.05, beta2: 0.9, epsilon: 1e-6, step: 3, gradientScale: 0.25, maxNorm },
    momentsOf: (weights) => (weights === w1 ? moments1 : weights === w2 ? moments2 : undefined),
    squares: 0,
    cancelled: false,
  };
}

const contents = ({ w1, w2, moments1, moments2 }: State) =>
  [w1, w2, moments1.rows, moments1.columns, moments2.rows, moments2.columns].map((v) => v.dataSync<"float32">());

function upstream({ x }: State): tf.Tensor2D {
  return tf.tensor2d(Float32Array.from(normals(30, x.size)), x.shape as [number, number]);
}

/** Gradient of x, Σ g² and everything the step changes. */
interface Outcome {
  dx: Float32Array;
  squares: number;
  changed: Float32Array[];
}

function expectedOutcome(c: Case): Outcome {
  return tf.tidy(() => {
    const state = stateOf(c);
    const op = (x: tf.Tensor, w1: tf.Tensor, w2: tf.Tensor) =>
      composedExpertFfn({ x: x as tf.Tensor2D, w1: w1 as tf.Tensor3D, w2: w2 as tf.Tensor3D }, offsetsOf(c.sizes));
    const [dx, dW1, dW2] = tf.grads(op)([state.x, state.w1, state.w2], upstream(state));
    const { options } = updateOf(state, c.maxNorm);
    const squares =
      composedFactoredAdamStep(state.w1, dW1!, state.moments1, options) +
      composedFactoredAdamStep(state.w2, dW2!, state.moments2, options);
    return { dx: dx!.dataSync<"float32">(), squares, changed: contents(state) };
  });
}

function updatedOutcome(c: Case, cancelled = false): Outcome {
  return tf.tidy(() => {
    const state = stateOf(c);
    const update = updateOf(state, c.maxNorm);
    update.cancelled = cancelled;
    const [w1, w2] = [state.w1, state.w2] as tf.Tensor[] as tf.Tensor3D[];
    const op = (x: tf.Tensor) => updatedExpertFfn(x as tf.Tensor2D, w1!, w2!, offsetsOf(c.sizes), update);
    const dx = tf.grad(op)(state.x, upstream(state));
    return { dx: dx.dataSync<"float32">(), squares: update.squares, changed: contents(state) };
  });
}

describe.skipIf(addon === undefined)("experts updated by their backward pass", () => {
  it.each(cases)("are those of gradients and a step, to the same bits with any number of threads: %o", async (c) => {
    await selectBackend({ backend: "cpu" });
    const expected = expectedOutcome(c);
    for (const [one, ...more] of await onNative(addon!, () => updatedOutcome(c))) {
      expectClose(one!.dx, expected.dx, 3e-5);
      expect(one!.squares).toBeCloseTo(expected.squares, expected.squares > 1e4 ? -1 : 1);
      one!.changed.forEach((values, i) => {
        expectClose(values, expected.changed[i]!, 1e-4);
      });
      for (const other of more) {
        expect(sameArrays([other.dx, ...other.changed], [one!.dx, ...one!.changed])).toBe(true);
        expect(other.squares).toBe(one!.squares);
      }
    }
  });

  it.each([cases[1]!, cases.at(-1)!])("round only their operands in bf16: %o", async (c) => {
    await selectBackend({ backend: "cpu" });
    const expected = expectedOutcome(c);
    const length = (values: Float32Array) => Math.hypot(...values);
    const outcomes = await onNative(addon!, () => {
      addon!.setPrecision("bf16");
      const outcome = updatedOutcome(c);
      addon!.setPrecision("f32");
      return outcome;
    });
    for (const [one, ...more] of outcomes) {
      // Rounding moves some hidden units across 0, where the gradient of relu jumps.
      expect(length(one!.dx.map((d, i) => d - expected.dx[i]!)) / length(expected.dx)).toBeLessThan(0.15);
      expect(one!.squares / expected.squares).toBeCloseTo(1, 1);
      // Moments follow the squares of gradients.
      for (const i of [2, 3, 4, 5]) {
        const difference = one!.changed[i]!.map((x, j) => x - expected.changed[i]![j]!);
        expect(length(difference) / length(expected.changed[i]!)).toBeLessThan(0.05);
      }
      for (const other of more) {
        expect(sameArrays([other.dx, ...other.changed], [one!.dx, ...one!.changed])).toBe(true);
      }
    }
  });

  it("are left alone once the update is cancelled", async () => {
    const c = cases[1]!;
    await onNative(addon!, () => {
      expect(
        sameArrays(
          updatedOutcome(c, true).changed,
          tf.tidy(() => contents(stateOf(c))),
        ),
      ).toBe(true);
    });
  });
});
