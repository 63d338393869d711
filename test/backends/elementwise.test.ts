/** Source of truth: TensorFlow.js's own JavaScript kernels, which the native ones must equal in value, shape and gradient. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { normals } from "../ops/finite-differences.ts";
import { nativeAddon, onNative } from "../ops/op-outcomes.ts";

const addon = nativeAddon();

afterAll(() => selectBackend({ backend: "cpu" }));

/** Values of some tensors, made on the current backend and disposed. */
type Results = { shape: number[]; values: Float32Array }[];

function results(make: () => tf.Tensor | tf.Tensor[]): Results {
  return tf.tidy(() => [make()].flat().map((t) => ({ shape: t.shape, values: t.dataSync<"float32">() })));
}

/** Finite values within the tolerance, relative to 1 + |value|; others the same. */
function expectSame(actual: Results, expected: Results, tolerance: number): void {
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  expected.forEach(({ values }, i) => {
    const wrong = values.findIndex((value, j) => {
      const other = actual[i]!.values[j]!;
      return !(Math.abs(other - value) <= tolerance * (1 + Math.abs(value))) && !Object.is(other, value);
    });
    const message = `tensor ${i}, element ${wrong}: ${actual[i]!.values[wrong]} instead of ${values[wrong]}`;
    expect(wrong, message).toBe(-1);
  });
}

async function expectAgreement(make: () => tf.Tensor | tf.Tensor[], tolerance = 2e-6): Promise<void> {
  await selectBackend({ backend: "cpu" });
  const expected = results(make);
  for (const [one, ...more] of await onNative(addon!, () => results(make))) {
    expectSame(one!, expected, tolerance);
    for (const other of more) expectSame(other, one!, 0);
  }
}

const drawn = new Map<number, Float64Array>();

/** Normal numbers; the same stream gives the same ones. */
function tensor(stream: number, shape: number[], scale = 1): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  const known = drawn.get(stream);
  const numbers = known !== undefined && known.length >= size ? known : normals(stream, size);
  drawn.set(stream, numbers);
  return tf.tensor(
    Float32Array.from(numbers.subarray(0, size), (x) => x * scale),
    shape,
  );
}

/** The result of an op and the gradients of its operands. */
function withGradients(op: (...inputs: tf.Tensor[]) => tf.Tensor, ...inputs: tf.Tensor[]): tf.Tensor[] {
  const value = op(...inputs);
  return [value, ...tf.grads(op)(inputs, tensor(9, value.shape))];
}

describe.skipIf(addon === undefined)("binary operations", () => {
  const shapes: [string, number[], number[]][] = [
    ["same shape", [5, 7], [5, 7]],
    ["number on the right", [3, 19], []],
    ["number on the left", [1], [3, 19]],
    ["row on the right", [4, 33], [33]],
    ["row on the left", [1, 33], [4, 33]],
    ["column on the right", [6, 18], [6, 1]],
    ["column on the left", [6, 1], [6, 18]],
    ["last two dimensions", [3, 4, 5], [4, 5]],
    ["first two dimensions", [3, 4, 1], [3, 4, 5]],
    ["middle dimension", [3, 1, 5], [3, 4, 5]],
    ["both ways", [4, 1], [1, 5]],
    ["nothing", [0, 3], [3]],
  ];

  it.each(shapes)("%s", async (_, a, b) => {
    await expectAgreement(() =>
      [tf.add, tf.sub, tf.mul, tf.div].flatMap((op) =>
        // Divisors away from 0.
        withGradients((x, y) => op(x, y), tensor(1, a), tf.add(tf.abs(tensor(2, b)), 0.5)),
      ),
    );
  });
});

describe.skipIf(addon === undefined)("a binary operation on several threads", () => {
  it.each([
    ["same shape", [130, 257]],
    ["number", []],
    ["row", [257]],
    ["column", [130, 1]],
  ] as [string, number[]][])("%s", async (_, shape) => {
    await expectAgreement(() => [
      tf.sub(tensor(1, [130, 257]), tensor(2, shape)),
      tf.sub(tensor(2, shape), tensor(1, [130, 257])),
    ]);
  });
});

describe.skipIf(addon === undefined)("unary operations", () => {
  const operations = {
    abs: tf.abs,
    exp: tf.exp,
    neg: tf.neg,
    relu: tf.relu,
    sigmoid: tf.sigmoid,
    softplus: tf.softplus,
    square: tf.square,
    tanh: tf.tanh,
  };
  const ofPositive = { log: tf.log, reciprocal: tf.reciprocal, sqrt: tf.sqrt };
  const step = (x: tf.Tensor) => tf.step(x);

  it.each(Object.entries({ ...operations, step }))("%s", async (_, op) => {
    await expectAgreement(() => [...withGradients(op, tensor(3, [7, 9], 3)), op(tensor(4, [33_000], 0.05))]);
  });

  it.each(Object.entries(ofPositive))("%s", async (_, op) => {
    await expectAgreement(() => withGradients(op, tf.exp(tensor(3, [7, 9], 3))), 5e-6);
  });

  it("keep infinities, NaN, zeros and results beyond float32's range", async () => {
    const special = [0, -0, Infinity, -Infinity, Number.NaN, 1.2e-38, 3e38, -3e38, 88.5, 89, -88, -104, 1, -1];
    const all = { ...operations, ...ofPositive, step };
    for (const op of Object.values(all)) await expectAgreement(() => op(tf.tensor1d(special)));
  });

  it("step with another slope below 0 is left to JavaScript", async () => {
    await expectAgreement(() => tf.step(tensor(3, [20]), 0.5));
  });
});

describe.skipIf(addon === undefined)("sums", () => {
  it.each([
    [[130, 260], undefined],
    [[130, 260], 0],
    [[130, 260], 1],
    [[37, 5], -1],
    [[33_001], 0],
    [[2, 17_000], 1],
    [[3, 50, 7], 1],
    [
      [3, 5, 7],
      [1, 2],
    ],
    [
      [3, 5, 7],
      [0, 1],
    ],
    [
      [3, 5, 7],
      [0, 2],
    ],
    [[], undefined],
    [[0, 4], 0],
  ] as [number[], number | number[] | undefined][])("of %j over %j", async (shape, axis) => {
    await expectAgreement(
      () => [
        ...withGradients((x) => tf.sum(x, axis), tensor(5, shape)),
        tf.sum(tensor(5, shape), axis, true),
        tf.mean(tensor(5, shape), axis),
      ],
      1e-5,
    );
  });
});

describe.skipIf(addon === undefined)("copies", () => {
  it.each([[[5, 3]], [[33, 50]], [[257, 129]], [[1, 8]], [[2, 3, 4]]])("transposes %j", async (shape) => {
    await expectAgreement(() => withGradients((x) => tf.transpose(x), tensor(6, shape)), 0);
  });

  it.each([
    [
      [
        [4, 3],
        [4, 5],
      ],
      1,
    ],
    [
      [
        [4, 3],
        [2, 3],
        [1, 3],
      ],
      0,
    ],
    [
      [
        [2, 3, 2],
        [2, 1, 2],
      ],
      1,
    ],
    [
      [
        [4, 0],
        [4, 2],
        [4, 1],
      ],
      1,
    ],
    [
      [
        [300, 64],
        [300, 80],
      ],
      -1,
    ],
  ] as [number[][], number][])("joins %j along %i", async (shapes, axis) => {
    await expectAgreement(
      () => withGradients((...parts) => tf.concat(parts, axis), ...shapes.map((shape, i) => tensor(i, shape))),
      0,
    );
  });

  it.each([
    [
      [6, 9],
      [0, 2],
      [6, 4],
    ],
    [
      [6, 9],
      [1, 2],
      [3, 4],
    ],
    [
      [6, 9],
      [2, 0],
      [3, 9],
    ],
    [
      [300, 200],
      [0, 50],
      [300, 120],
    ],
    [[12], [3], [4]],
    [
      [3, 4, 5],
      [0, 1, 0],
      [3, 2, 5],
    ],
    [
      [3, 4, 5],
      [1, 1, 0],
      [2, 2, 5],
    ],
    [
      [3, 4, 5],
      [1, 2, 3],
      [2, 1, 2],
    ],
    [
      [3, 4, 5],
      [1, 0, 3],
      [1, 4, 2],
    ],
    [
      [3, 4, 5],
      [0, 0, 0],
      [3, 4, 5],
    ],
    [
      [3, 1, 5],
      [1, 0, 3],
      [2, 1, 2],
    ],
  ] as [number[], number[], number[]][])("takes from %j, at %j, a block of %j", async (shape, begin, size) => {
    await expectAgreement(() => withGradients((x) => tf.slice(x, begin, size), tensor(7, shape)), 0);
  });

  it.each([
    [[6, 9], [2, 3, 4], 1],
    [[6, 9], 3, 0],
    [[2, 6, 3], [1, 5], 1],
  ] as [number[], number | number[], number][])("splits %j into %j along %i", async (shape, sizes, axis) => {
    await expectAgreement(() => tf.split(tensor(8, shape), sizes, axis), 0);
  });

  it("gathers rows", async () => {
    await expectAgreement(
      () => [
        tf.gather(tensor(1, [7, 5]), tf.tensor1d([3, 3, 0], "int32")),
        tf.gather(tensor(1, [7, 2, 3]), tf.tensor2d([[6], [1]], [2, 1], "int32")),
        tf.gather(tensor(1, [7, 5]), tf.tensor1d([3, 0], "int32"), 1),
      ],
      0,
    );
  });

  it("fills", async () => {
    await expectAgreement(
      () => [tf.fill([3, 5], 2.5), tf.zerosLike(tensor(1, [9])), tf.onesLike(tensor(1, [2, 2]))],
      0,
    );
  });

  it("leaves whole numbers to JavaScript", async () => {
    await expectAgreement(
      () => [
        tf.add(tf.tensor1d([1, 2], "int32"), tf.tensor1d([3, 4], "int32")),
        tf.sum(tf.tensor1d([true, false, true], "bool")),
        tf.concat([tf.tensor1d([1], "int32"), tf.tensor1d([2, 3], "int32")]),
        tf.fill([2], 3, "int32"),
      ],
      0,
    );
  });
});
