// Source of truth: multiply-adds counted by hand on small shapes; a multiply-add is two operations.
import { expect, test } from "vitest";
import { kernelWork } from "../../src/backends/native/kernel-work.ts";

const none = new Float32Array(0);
const floats = (length: number) => new Float32Array(length);

test("a product [2, 4] · [4, 3] is 24 multiply-adds, and a stack of 5 is as many times 5", () => {
  expect(kernelWork.matmul({ m: 2, n: 3, k: 4 })).toEqual({ flops: 48 });
  expect(kernelWork.batchMatmul({ batch: 5, m: 2, n: 3, k: 4 })).toEqual({ flops: 240 });
});

// Two sentences of 3 and 1 tokens: 4 positions, of which 2 follow another. 3 inputs, 2 units, 8 gate columns.
const weights = [none, none, none, undefined];
const noStates = [undefined, undefined];
const layer = { inputs: 3, units: 2, hidden: 2, batchSizes: Int32Array.of(2, 1, 1), reading: "forward" as const };
const forward = { ...layer, weights, initialStates: noStates };
const input = 2 * 4 * 8 * 3;
const recurrent = 2 * 2 * 8 * 2;

test("an LSTM layer multiplies inputs at each position, states only where there is one", () => {
  expect(kernelWork.lstmForward(forward)).toEqual({ flops: input + recurrent });
  const allStates = 2 * 4 * 8 * 2;
  expect(kernelWork.lstmForward({ ...forward, initialStates: [none, none] })).toEqual({ flops: input + allStates });
});

test("two directions are two layers", () => {
  const both = {
    ...layer,
    reading: "both" as const,
    weights: [...weights, ...weights],
    initialStates: [...noStates, ...noStates],
  };
  expect(kernelWork.lstmForward(both)).toEqual({ flops: 2 * (input + recurrent) });
});

test("a projection is one more product at each position", () => {
  // 2 units projected to 5 numbers, which recur.
  const projected = { ...forward, hidden: 5, reading: "reverse" as const, weights: [none, none, none, none] };
  expect(kernelWork.lstmForward(projected)).toEqual({ flops: input + 2 * 2 * 8 * 5 + 2 * 4 * 2 * 5 });
  const step = { rows: 7, inputs: 3, units: 2, hidden: 5, packedWeights: [none, none, none, none] };
  expect(kernelWork.lstmStep(step)).toEqual({ flops: 2 * 7 * (8 * 3 + 8 * 5 + 2 * 5) });
});

test("its backward pass is twice that, less the gradient of inputs that nobody wants", () => {
  expect(kernelWork.lstmBackward({ ...forward, dX: none })).toEqual({ flops: 2 * (input + recurrent) });
  expect(kernelWork.lstmBackward({ ...forward, dX: undefined })).toEqual({ flops: input + 2 * recurrent });
});

test("attention multiplies each query with the keys and values of its own sentence", () => {
  // 2 queries over 3 keys, and 1 over 2: 8 pairs, of width 4 and values of width 6.
  const groups = { queryOffsets: Int32Array.of(0, 2, 3), keyOffsets: Int32Array.of(0, 3, 5), hidden: 4, valueWidth: 6 };
  expect(kernelWork.attentionForward(groups)).toEqual({ flops: 2 * 8 * 10 });
  expect(kernelWork.attentionBackward(groups)).toEqual({ flops: 4 * 8 * 10 });
});

test("cross-entropy with gradients is three products, not four: recomputed logits don't count", () => {
  const projection = { rows: 5, width: 4, vocabulary: 7 };
  const loss = kernelWork.vocabularyCrossEntropy({ ...projection, hiddenGradient: undefined });
  expect(loss).toEqual({ flops: 2 * 5 * 4 * 7 });
  const gradients = kernelWork.vocabularyCrossEntropy({ ...projection, hiddenGradient: none });
  expect(gradients).toEqual({ flops: 6 * 5 * 4 * 7 });
});

test("experts count their rows; memory has the weights of those in use, and every weight gradient", () => {
  // Three experts of 2 → 4 → 2, with 3, 0 and 2 rows; 16 weights each.
  const experts = { offsets: Int32Array.of(0, 3, 3, 5), experts: 3, width: 2, hidden: 4 };
  const forward = kernelWork.expertFfn({ ...experts, x: floats(10), out: floats(10), activations: floats(20) });
  expect(forward).toEqual({ flops: 2 * 2 * 5 * 2 * 4, bytes: 4 * (2 * 16 + 20 + 20) });
  const rows = { x: floats(10), dy: floats(10), dX: floats(10), activations: undefined };
  const backward = kernelWork.expertFfnGradient({ ...experts, ...rows });
  expect(backward).toEqual({ flops: 2 * 4 * 5 * 2 * 4, bytes: 4 * (2 * 16 + 3 * 16 + 30) });
});

test("Adam reads four arrays and writes three", () => {
  expect(kernelWork.adamStep({ values: [floats(10), floats(6)] })).toEqual({ bytes: 7 * 4 * 16 });
});
