/**
 * Packed weights. Source of truth: the product with the matrix as it is, to the bit, on every instruction set of this machine;
 * and a model newly made of the same weights, which cannot have packed older ones.
 */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadAddon } from "../../src/backends/native/addon.ts";
import { nativeBackend } from "../../src/backends/native/backend.ts";
import { selectBackend } from "../../src/backends/select.ts";
import { philoxNormal, Random } from "../../src/base/random.ts";
import { beamSearch } from "../../src/decoding/beam-search.ts";
import { greedySearch } from "../../src/decoding/search.ts";
import type { Seq2SeqOptions } from "../../src/model/options.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import { Adam } from "../../src/optim/adam.ts";
import { trainStep } from "../../src/training/train-step.ts";
import { reverseBatch, reversePairs, toyOptions } from "../model/toy-model.ts";

const addon = loadAddon();
const best = addon.isa();

beforeAll(() => selectBackend({ backend: "native", threads: 2, precision: "f32" }));
afterAll(() => {
  addon.selectIsa(best);
  addon.setPrecision("f32");
  return selectBackend({ backend: "cpu" });
});

const draw = (stream: number, count: number) => philoxNormal({ seed: 9, stream }, count);

function pack(b: Float32Array, n: number, k: number, transB: boolean): Float32Array {
  const packed = new Float32Array(addon.packedLength(n, k, addon.precision()));
  addon.packMatrix(b, packed, n, k, transB, addon.precision());
  return packed;
}

// One row and few; columns on both sides of a panel's 8, 12, 16 or 32; more than one block of 512 along k; more rows than
// columns; more panels of rows than a block of them.
const shapes: [m: number, n: number, k: number][] = [
  [1, 1, 1],
  [1, 70, 33],
  [5, 33, 2],
  [15, 7, 1],
  [61, 130, 75],
  [130, 31, 75],
  [3, 300, 1100],
  [37, 300, 527],
  [241, 400, 515],
  [64, 513, 600],
];

describe.each(addon.instructionSets())("%s", (isa) => {
  test.each(["f32", "bf16"] as const)("%s products have the bits of those with the matrix as it is", (precision) => {
    addon.selectIsa(isa);
    addon.setPrecision(precision);
    for (const [m, n, k] of shapes) {
      const [a, b, c] = [draw(1, m * k), draw(2, n * k), draw(3, m * n)];
      for (const transB of [false, true]) {
        const packed = pack(b, n, k, transB);
        for (const [threads, transA, accumulate] of [
          [1, false, false],
          [2, false, true],
          [3, true, false],
        ] as const) {
          addon.setThreads(threads);
          const [plain, result] = [c.slice(), c.slice()];
          addon.matmul(a, b, plain, m, n, k, transA, transB, accumulate);
          addon.packedMatmul(a, packed, result, m, n, k, transA, accumulate);
          const same = Buffer.from(result.buffer).equals(Buffer.from(plain.buffer));
          expect(same, JSON.stringify({ m, n, k, threads, transA, transB, accumulate })).toBe(true);
        }
      }
    }
  });
});

test("an empty inner axis gives zeros, or leaves what is accumulated", () => {
  addon.selectIsa(best);
  addon.setPrecision("f32");
  const none = new Float32Array(0);
  const out = Float32Array.of(1, 2, 3, 4);
  const packed = pack(none, 2, 0, false);
  addon.packedMatmul(none, packed, out, 2, 2, 0, false, true);
  expect([...out]).toEqual([1, 2, 3, 4]);
  addon.packedMatmul(none, packed, out, 2, 2, 0, false, false);
  expect([...out]).toEqual([0, 0, 0, 0]);
});

test("a matrix packed for something else is refused", () => {
  addon.selectIsa(best);
  addon.setPrecision("f32");
  const [a, out] = [new Float32Array(4), new Float32Array(6)];
  const packed = pack(draw(1, 12), 3, 4, false);
  const use = (n: number, k: number) => () => addon.packedMatmul(a, packed, out, 1, n, k, false, false);
  const refusal = "packedMatmul: a packed matrix must come from packMatrix";
  expect(use(3, 4)).not.toThrow();
  expect(use(4, 3)).toThrow(refusal);
  addon.setPrecision("bf16");
  expect(use(3, 4)).toThrow(refusal);
  addon.setPrecision("f32");
  addon.selectIsa("portable");
  if (best !== "portable") expect(use(3, 4)).toThrow(refusal);
  addon.selectIsa(best);
  expect(() => addon.packedMatmul(a, draw(1, packed.length), out, 1, 3, 4, false, false)).toThrow(refusal);
  expect(() => addon.packMatrix(draw(1, 12), new Float32Array(3), 3, 4, false, "f32")).toThrow("packed has 3 elements");
});

describe("the backend's packed weights", () => {
  test("are kept, made anew for another precision or instruction set, and go with the tensor", () => {
    const native = nativeBackend()!;
    const free = () => native.poolStatistics.freeBytes;
    const matrix = tf.tensor2d(draw(1, 40 * 24), [40, 24]);
    const packed = native.packed(matrix);
    expect(native.packed(matrix)).toBe(packed);
    expect(addon.isPacked(packed, 24, 40, "f32")).toBe(true);
    const rounded = native.packed(matrix, { precision: "bf16" });
    expect(addon.isPacked(rounded, 24, 40, "bf16")).toBe(true);
    addon.selectIsa("portable");
    expect(addon.isPacked(native.packed(matrix), 24, 40, "f32")).toBe(true);
    addon.selectIsa(best);
    const { buffer } = native.packed(matrix);
    const before = free();
    matrix.dispose();
    expect(free()).toBe(before + buffer.byteLength);
  });

  test.each([
    ["tables of their own", {}],
    ["one table", { shareEmbeddings: true, tieSoftmax: true }],
    ["projected LSTM units", { cellSize: 20 }],
  ] as [string, Partial<Seq2SeqOptions>][])("are those of the weights after training, %s", async (_, changes) => {
    const options = { ...toyOptions, ...changes };
    const model = new Seq2Seq(options, { seed: 1 });
    const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, maxGradNorm: 5 });
    const sources = reversePairs(new Random(3), 5, options.vocabularySize, 5).map(({ source }) => source);
    const search = { bosId: 2, eosId: 3, maxLengths: new Int32Array(5).fill(6), minLength: 0, lengthPenalty: 0 };
    const settings = { ...search, beamSize: 3, nBest: 2, coveragePenalty: 0, withAttention: false };
    const translate = async (m: Seq2Seq) => [
      await greedySearch(m, sources, settings),
      await beamSearch(m, sources, settings),
    ];
    const before = await translate(model);
    for (let pass = 0; pass < 3; pass++) {
      const step = { learningRate: 0.05, labelSmoothing: 0.1, seed: 1, pass };
      trainStep(model, optimizer, [reverseBatch(new Random(pass), 8)], step);
      if (pass < 2) await translate(model);
    }
    const stored = new Map(
      model.parameters.map(({ name, variable }) => [
        name,
        { shape: variable.shape, data: (variable.dataSync() as Float32Array).slice() },
      ]),
    );
    const fresh = new Seq2Seq(options, { seed: 2, stored });
    const after = await translate(model);
    expect(after).toEqual(await translate(fresh));
    expect(after).not.toEqual(before);
    optimizer.dispose();
    model.dispose();
    fresh.dispose();
  });

  test("take no more memory for another model after one is disposed", async () => {
    const native = nativeBackend()!;
    const sources = reversePairs(new Random(3), 4, toyOptions.vocabularySize, 5).map(({ source }) => source);
    const translateOnce = async () => {
      const model = new Seq2Seq(toyOptions, { seed: 1 });
      const state = await model.startDecoding(sources);
      await state.step(new Int32Array(state.rows).fill(2), { count: 2 });
      state.dispose();
      model.dispose();
    };
    await translateOnce();
    const before = native.poolStatistics;
    await translateOnce();
    expect(native.poolStatistics).toEqual(before);
  });
});
