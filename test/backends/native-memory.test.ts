// Source of truth: the pool's own counters, and values read before the memory behind them was reused.
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nativeBackend } from "../../src/backends/native/backend.ts";
import { BufferPool, sizeClass } from "../../src/backends/native/buffer-pool.ts";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import { Adam } from "../../src/optim/adam.ts";
import { trainStep } from "../../src/training/train-step.ts";
import { reverseBatch, toyOptions } from "../model/toy-model.ts";

beforeAll(() => selectBackend({ backend: "native", threads: 2 }));
afterAll(() => selectBackend({ backend: "cpu" }));

test("a training step takes nothing from the system after warm-up, whatever the batch's shape", () => {
  const model = new Seq2Seq({ ...toyOptions, dropout: 0.1 }, { seed: 1 });
  const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, maxGradNorm: 5 });
  const batches = [4, 9, 6].map((count) => reverseBatch(new Random(count), count));
  const round = () => {
    for (const [pass, batch] of batches.entries()) {
      trainStep(model, optimizer, [batch], { learningRate: 1e-3, labelSmoothing: 0.1, seed: 1, pass });
    }
  };
  round();
  round();
  const before = nativeBackend()!.poolStatistics;
  round();
  const after = nativeBackend()!.poolStatistics;
  expect(after.allocations).toBe(before.allocations);
  expect(after.freeBytes).toBe(before.freeBytes);
  optimizer.dispose();
  model.dispose();
});

describe("values outlive the memory they were read from", () => {
  test("dataSync of a tensor that is disposed", () => {
    const first = tf.matMul(tf.ones([8, 8]), tf.ones([8, 8]));
    const values = first.dataSync();
    first.dispose();
    const second = tf.matMul(tf.zeros([8, 8]), tf.ones([8, 8]));
    expect([...values]).toEqual(new Array(64).fill(8));
    second.dispose();
  });

  test("a contiguous slice, a split and an unstacked row of a tensor that is disposed", () => {
    const whole = tf.matMul(tf.ones([8, 8]), tf.ones([8, 8]));
    const parts = [
      tf.slice(whole, [2, 0], [2, 8]),
      tf.split(whole, 4)[1]!,
      tf.unstack(whole)[3]!,
      tf.reshape(whole, [64]),
    ];
    whole.dispose();
    const others = Array.from({ length: 8 }, () => tf.matMul(tf.zeros([8, 8]), tf.ones([8, 8])));
    for (const part of parts) expect(new Set(part.dataSync())).toEqual(new Set([8]));
    tf.dispose([parts, others]);
  });
});

describe("BufferPool", () => {
  test("hands a returned buffer out again to a request of its size class", () => {
    const pool = new BufferPool((bytes) => new ArrayBuffer(bytes));
    const first = pool.takeFloats(1000);
    pool.give(first.buffer);
    expect(pool.takeFloats(1020).buffer).toBe(first.buffer);
    expect(pool.statistics.allocations).toBe(1);
    expect(pool.owns(new ArrayBuffer(4096))).toBe(false);
  });

  test("rounds up by less than a quarter", () => {
    for (let bytes = 1; bytes < 1e7; bytes = Math.ceil(bytes * 1.37)) {
      const rounded = sizeClass(bytes);
      expect(rounded).toBeGreaterThanOrEqual(bytes);
      expect(rounded).toBeLessThanOrEqual(Math.max(256, bytes * 1.25 + 1));
    }
  });
});
