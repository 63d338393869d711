// Source of truth: multiply-adds counted by hand on small shapes; a multiply-add is two operations.
import { expect, test } from "vitest";
import { kernelWork } from "../../src/backends/native/kernel-work.ts";

const none = new Float32Array(0);
const floats = (length: number) => new Float32Array(length);

test("a product [2, 4] · [4, 3] is 24 multiply-adds, and a stack of 5 is as many times 5", () => {
  expect(kernelWork.matmul!(none, none, none, 2, 3, 4, false, false, false)).toEqual({ flops: 48 });
  expect(kernelWork.batchMatmul!(none, none, none, 5, 2, 3, 4, false, false, false)).toEqual({ flops: 240 });
});

// Two sentences of 3 and 1 tokens: 4 positions, of which 2 follow another. 3 inputs, 2 units, 8 gate columns.
const sizes = [3, 2, 2, Int32Array.of(2, 1, 1)] as const;
const weights = [none, none, none, undefined];
const outputs = [none, none, none] as const;
const noStates = [undefined, undefined];
const input = 2 * 4 * 8 * 3;
const recurrent = 2 * 2 * 8 * 2;

test("an LSTM layer multiplies inputs at each position, states only where there is one", () => {
  const layer = [...sizes, "forward", none, weights] as const;
  expect(kernelWork.lstmForward!(...layer, noStates, ...outputs)).toEqual({ flops: input + recurrent });
  const allStates = 2 * 4 * 8 * 2;
  expect(kernelWork.lstmForward!(...layer, [none, none], ...outputs)).toEqual({ flops: input + allStates });
});

test("two directions are two layers", () => {
  const layer = [...sizes, "both", none, [...weights, ...weights], [...noStates, ...noStates]] as const;
  expect(kernelWork.lstmForward!(...layer, ...outputs)).toEqual({ flops: 2 * (input + recurrent) });
});

test("a projection is one more product at each position", () => {
  // 2 units projected to 5 numbers, which recur.
  const layer = [3, 2, 5, sizes[3], "reverse", none, [none, none, none, none], noStates] as const;
  expect(kernelWork.lstmForward!(...layer, ...outputs)).toEqual({ flops: input + 2 * 2 * 8 * 5 + 2 * 4 * 2 * 5 });
  const step = kernelWork.lstmStep!(7, 3, 2, 5, none, none, none, [none, none, none, none], none, none);
  expect(step).toEqual({ flops: 2 * 7 * (8 * 3 + 8 * 5 + 2 * 5) });
});

test("its backward pass is twice that, less the gradient of inputs that nobody wants", () => {
  const before = [...sizes, "forward", none, weights, noStates, ...outputs, none] as const;
  const after = [weights, noStates] as const;
  expect(kernelWork.lstmBackward!(...before, none, ...after)).toEqual({ flops: 2 * (input + recurrent) });
  expect(kernelWork.lstmBackward!(...before, undefined, ...after)).toEqual({ flops: input + 2 * recurrent });
});

test("attention multiplies each query with the keys and values of its own sentence", () => {
  // 2 queries over 3 keys, and 1 over 2: 8 pairs, of width 4 and values of width 6.
  const groups = [none, Int32Array.of(0, 2, 3), none, Int32Array.of(0, 3, 5), 4, 6] as never;
  const [a, b, c, d, e, f] = groups as [Int32Array, Int32Array, Int32Array, Int32Array, number, number];
  const operands = [none, none, none, undefined, a, b, c, d, e, f] as const;
  expect(kernelWork.attentionForward!(...operands, none, none)).toEqual({ flops: 2 * 8 * 10 });
  const backward = kernelWork.attentionBackward!(...operands, none, none, none, none, none, undefined);
  expect(backward).toEqual({ flops: 4 * 8 * 10 });
});

test("cross-entropy with gradients is three products, not four: recomputed logits don't count", () => {
  const projection = [none, none, none, 5, 4, 7, Int32Array.of(), 0.1, none] as const;
  expect(kernelWork.vocabularyCrossEntropy!(...projection)).toEqual({ flops: 2 * 5 * 4 * 7 });
  expect(kernelWork.vocabularyCrossEntropy!(...projection, none, none, none)).toEqual({ flops: 6 * 5 * 4 * 7 });
});

test("experts count their rows; memory has the weights of those in use, and every weight gradient", () => {
  // Three experts of 2 → 4 → 2, with 3, 0 and 2 rows; 16 weights each.
  const offsets = Int32Array.of(0, 3, 3, 5);
  const x = floats(10);
  const forward = kernelWork.expertFfn!(x, none, none, undefined, undefined, offsets, floats(10), floats(20), 3, 2, 4);
  expect(forward).toEqual({ flops: 2 * 2 * 5 * 2 * 4, bytes: 4 * (2 * 16 + 20 + 20) });
  const backward = kernelWork.expertFfnGradient!(
    ...([x, none, none, undefined, offsets, floats(10), undefined, floats(10), none, none] as const),
    ...([undefined, undefined, 3, 2, 4] as const),
  );
  expect(backward).toEqual({ flops: 2 * 4 * 5 * 2 * 4, bytes: 4 * (2 * 16 + 3 * 16 + 30) });
});

test("Adam reads four arrays and writes three", () => {
  const arrays = [floats(10), floats(6)];
  const work = kernelWork.adamStep!(arrays, arrays, arrays, arrays, 1e-3, 0.9, 0.999, 1e-8, 1, 1);
  expect(work).toEqual({ bytes: 7 * 4 * 16 });
});
