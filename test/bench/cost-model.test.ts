// Source of truth: bytes, multiply-adds and seconds counted by hand.
import { describe, expect, test } from "vitest";
import {
  largestShape,
  type Machines,
  type ModelShape,
  referenceShape,
  stepCost,
} from "../../bench/cluster/cost-model.ts";

const model: ModelShape = {
  dense: 1000,
  embeddings: [],
  layers: [{ experts: 8, width: 10, hidden: 20, chosen: 2 }],
  kept: 5,
};
const machines: Machines = { flops: 1e6, memory: 1e6, latency: 0, message: 0, bandwidth: 1e6, capacity: 0 };
const job = { ranks: 4, positions: 100, numberBytes: 4, overlap: 0 } as const;

describe("a step's cost", () => {
  test("of one rank is what it computes and what its experts' memory takes", () => {
    const cost = stepCost(model, machines, { ...job, ranks: 1 });
    // 1,000 dense and two experts of 2 · 10 · 20 numbers; forward and twice that backward.
    expect(cost.compute).toBeCloseTo((6 * 100 * 1800) / 1e6, 10);
    // Eight experts, four times 4 bytes.
    expect(cost.expertMemory).toBeCloseTo((4 * 4 * 8 * 400) / 1e6, 10);
    expect(cost).toMatchObject({ rows: 0, gradients: 0, latency: 0, sentBytes: 0, binds: "compute" });
    expect(cost.step).toBeCloseTo(1.08 + 0.0512, 10);
    expect(cost.memoryBytes).toBe(4 * (8 * 400 + 4 * 1000 + 100 * 5));
  });

  test("of four ranks: a quarter of the experts each, three quarters of rows and sums leave", () => {
    const cost = stepCost(model, machines, job);
    expect(cost.compute).toBeCloseTo(1.08, 10);
    expect(cost.expertMemory).toBeCloseTo(0.0512 / 4, 10);
    // 100 positions · 2 experts · 10 numbers · 4 bytes, four times.
    expect(cost.rows).toBeCloseTo((4 * 8000 * 0.75) / 1e6, 10);
    // 1,000 numbers to those that add up, and to all.
    expect(cost.gradients).toBeCloseTo((2 * 4000 * 0.75) / 1e6, 10);
    expect(cost.sentBytes).toBe(24_000 + 6000);
    expect(cost.memoryBytes).toBe(4 * (2 * 400 + 4 * 1000 + 100 * 5));
  });

  test("bf16 halves bytes, and gradients hide behind what is computed meanwhile", () => {
    const cost = stepCost(model, machines, { ...job, numberBytes: 2, overlap: 0.5 });
    expect(cost.rows).toBeCloseTo(0.012, 10);
    expect(cost.gradients).toBe(0);
    const little = stepCost(model, machines, { ...job, overlap: 0.001 });
    expect(little.gradients).toBeCloseTo(0.006 - 0.00108, 10);
  });

  test("latency counts each exchange once, and messages by ranks", () => {
    const slow = { ...machines, latency: 1, message: 0.01 };
    const cost = stepCost(model, slow, job);
    // Four of rows and three small ones of the layer, eight of the step; two of the only bucket.
    expect(cost.latency).toBeCloseTo(17 + 17 * 3 * 0.01, 10);
    expect(cost.binds).toBe("latency");
    const dense = stepCost({ ...model, layers: [] }, slow, job);
    expect(dense.latency).toBeCloseTo(10 + 10 * 3 * 0.01, 10);
  });

  test("rows of embeddings: those that a rank has read, and the sums of all", () => {
    const table = { ...model, dense: 0, layers: [], embeddings: [{ rows: 2, width: 3 }] };
    // Of two rows all are read by 100 positions; 16 bytes a row with its number.
    expect(stepCost(table, machines, job).sentBytes).toBeCloseTo(2 * 16 * 0.75 + (2 / 4) * 16 * 3, 6);
  });

  test("what doesn't fit into memory is bound by it", () => {
    const needed = stepCost(model, machines, job).memoryBytes;
    expect(stepCost(model, { ...machines, capacity: needed }, job).binds).not.toBe("capacity");
    expect(stepCost(model, { ...machines, capacity: needed - 1 }, job).binds).toBe("capacity");
  });
});

test("the reference model has the numbers of its benchmark, and the largest 137 billion", () => {
  const numbers = ({ dense, embeddings, layers }: ModelShape) =>
    dense +
    embeddings.reduce((sum, { rows, width }) => sum + rows * width, 0) +
    layers.reduce((sum, { experts, width, hidden }) => sum + 2 * experts * width * hidden, 0);
  // docs/performance.md, the reference step: 23.8 M, 57.4 M, 561.2 M, biases and gates among them.
  expect(numbers(referenceShape(0)) / 1e6).toBeCloseTo(23.8, 0);
  expect(numbers(referenceShape(16)) / 1e6).toBeCloseTo(57.4, 0);
  expect(numbers(referenceShape(256)) / 1e6).toBeCloseTo(560.7, 0);
  expect(numbers(largestShape(32_000)) / 1e9).toBeCloseTo(137.5, 1);
});
