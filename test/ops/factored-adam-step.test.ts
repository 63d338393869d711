/** Source of truth: the update of Shazeer et al. 2017, appendix D, in double precision; plain Adam where squares have rank one. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import {
  composedFactoredAdamStep,
  type FactoredAdamOptions,
  factoredAdamStep,
} from "../../src/ops/factored-adam-step.ts";
import { expectClose, normals } from "./finite-differences.ts";
import { nativeAddon, onNative, sameArrays } from "./op-outcomes.ts";

const addon = nativeAddon();
const STEPS = 4;
const options: Omit<FactoredAdamOptions, "step"> = {
  learningRate: 0.01,
  beta2: 0.98,
  epsilon: 1e-4,
  gradientScale: 0.5,
  maxNorm: 0,
};

type Shape = [matrices: number, rows: number, columns: number];
const shapes: Shape[] = [
  [1, 1, 1],
  [3, 5, 7],
  [2, 16, 512],
  [1, 33, 530],
];
const start = (shape: Shape) => normals(60, tf.util.sizeFromShape(shape));
const gradientAt = (shape: Shape, step: number) => normals(60 + step, tf.util.sizeFromShape(shape));

/** Value, row means and column means of one matrix after the steps. */
function definition(
  [rows, columns]: [number, number],
  value: Float64Array,
  gradients: Float64Array[],
  maxNorm: number,
) {
  const { learningRate, beta2, epsilon, gradientScale } = options;
  const [r, c] = [new Float64Array(rows), new Float64Array(columns)];
  gradients.forEach((gradient, at) => {
    const norm = gradientScale * Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const scale = gradientScale * (maxNorm > 0 && norm > maxNorm ? maxNorm / norm : 1);
    const g = (i: number, j: number) => gradient[i * columns + j]! * scale;
    for (let i = 0; i < rows; i++) {
      let mean = 0;
      for (let j = 0; j < columns; j++) mean += (g(i, j) ** 2 + epsilon ** 2) / columns;
      r[i] = beta2 * r[i]! + (1 - beta2) * mean;
    }
    for (let j = 0; j < columns; j++) {
      let mean = 0;
      for (let i = 0; i < rows; i++) mean += (g(i, j) ** 2 + epsilon ** 2) / rows;
      c[j] = beta2 * c[j]! + (1 - beta2) * mean;
    }
    const meanRow = r.reduce((sum, x) => sum + x, 0) / rows;
    const unbiased = 1 - beta2 ** (at + 1);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        value[i * columns + j]! -= (learningRate * g(i, j)) / Math.sqrt((r[i]! * c[j]!) / meanRow / unbiased);
      }
    }
  });
  return { value, r, c };
}

function defined([matrices, rows, columns]: Shape, maxNorm: number): Float64Array[] {
  const shape: Shape = [matrices, rows, columns];
  const size = rows * columns;
  const parts = Array.from({ length: matrices }, (_, m) => {
    const own = (all: Float64Array) => all.slice(m * size, (m + 1) * size);
    const gradients = Array.from({ length: STEPS }, (_, at) => own(gradientAt(shape, at + 1)));
    return definition([rows, columns], own(start(shape)), gradients, maxNorm);
  });
  const join = (pick: (part: (typeof parts)[number]) => Float64Array) =>
    Float64Array.from(parts.flatMap((p) => [...pick(p)]));
  return [join((p) => p.value), join((p) => p.r), join((p) => p.c)];
}

function train(step: typeof factoredAdamStep, shape: Shape, maxNorm = 0): Float32Array[] {
  return tf.tidy(() => {
    const [matrices, rows, columns] = shape;
    const value = tf.variable(tf.tensor(Float32Array.from(start(shape)), shape));
    const moments = {
      rows: tf.variable(tf.zeros([matrices, rows])),
      columns: tf.variable(tf.zeros([matrices, columns])),
    };
    for (let at = 1; at <= STEPS; at++) {
      const gradient = tf.tensor(Float32Array.from(gradientAt(shape, at)), shape);
      const squares = step(value, gradient, moments, { ...options, maxNorm, step: at });
      expect(squares).toBeCloseTo(
        gradientAt(shape, at).reduce((sum, g) => sum + g * g, 0),
        1,
      );
    }
    return [value, moments.rows, moments.columns].map((variable) => variable.dataSync<"float32">());
  });
}

describe.each(shapes)("matrices %i × %i × %i", (...shape) => {
  it.each([0, 0.5])("follow the definition, clipped at %d", async (maxNorm) => {
    await selectBackend({ backend: "cpu" });
    train(composedFactoredAdamStep, shape, maxNorm).forEach((values, i) => {
      expectClose(values, defined(shape, maxNorm)[i]!, 1e-5);
    });
  });

  it.skipIf(addon === undefined)("follow it natively, to the same bits with any number of threads", async () => {
    for (const maxNorm of [0, 0.5]) {
      for (const [one, ...more] of await onNative(addon!, () => train(factoredAdamStep, shape, maxNorm))) {
        one!.forEach((values, i) => {
          expectClose(values, defined(shape, maxNorm)[i]!, 1e-5);
        });
        for (const other of more) expect(sameArrays(other, one!)).toBe(true);
      }
    }
  });
});

/** Squares of rank one: g = a bᵀ. */
it("is Adam without first moment where squared gradients have rank one", async () => {
  await selectBackend({ backend: "cpu" });
  const [rows, columns] = [4, 6];
  const [a, b] = [normals(80, rows), normals(81, columns)];
  const gradient = Float32Array.from(
    { length: rows * columns },
    (_, at) => a[Math.floor(at / columns)]! * b[at % columns]!,
  );
  const value = tf.variable(tf.zeros([1, rows, columns]));
  const moments = { rows: tf.variable(tf.zeros([1, rows])), columns: tf.variable(tf.zeros([1, columns])) };
  composedFactoredAdamStep(value, tf.tensor(gradient, [1, rows, columns]), moments, {
    ...options,
    epsilon: 1e-12,
    gradientScale: 1,
    step: 1,
  });
  // After one step the unbiased second moment is g², so every change is the learning rate.
  expectClose(
    value.dataSync<"float32">(),
    Float64Array.from(gradient, (g) => -options.learningRate * Math.sign(g)),
    1e-5,
  );
});

describe.each(["composed", "native"])("a matrix without a finite gradient, %s", (which) => {
  it.skipIf(which === "native" && addon === undefined)("stays as it was, and others don't", async () => {
    const check = (step: typeof factoredAdamStep) =>
      tf.tidy(() => {
        const value = tf.variable(tf.ones([2, 1, 2]));
        const moments = { rows: tf.variable(tf.zeros([2, 1])), columns: tf.variable(tf.zeros([2, 2])) };
        const gradient = tf.tensor([1, Number.NaN, 1, 1], [2, 1, 2]);
        expect(step(value, gradient, moments, { ...options, step: 1 })).toBeNaN();
        const [a, b, c, d] = value.dataSync();
        expect([a, b]).toEqual([1, 1]);
        expect(c).toBeLessThan(1);
        expect(d).toBeLessThan(1);
        expect([...moments.columns.dataSync()].slice(0, 2)).toEqual([0, 0]);
      });
    await selectBackend({ backend: "cpu" });
    if (which === "native") await onNative(addon!, () => check(factoredAdamStep));
    else check(composedFactoredAdamStep);
  });
});
