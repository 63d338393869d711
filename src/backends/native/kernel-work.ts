/**
 * What one call of a kernel has to do at the least: multiply-adds of its products, and memory that must be read and written.
 * Only useful operations: nothing for recomputed activations, for products with a state that is zero, or for gates and exponentials.
 */
import type { NativeAddon } from "./addon.ts";
import type { Reading } from "./kernels/lstm.ts";

export interface KernelWork {
  /** A multiply-add is two. */
  flops?: number;
  /** Every operand read once, every result written once. */
  bytes?: number;
}

/** The work of a call, from its arguments by the names that the addon gives them (`argumentNames`). */
type WorkOf = { readonly [Name in keyof NativeAddon]?: (call: never) => KernelWork };

const FLOAT = 4;

/** Kernels that aren't listed are only timed. */
export const kernelWork = {
  matmul: ({ m, n, k }: Product) => ({ flops: 2 * m * n * k }),
  packedMatmul: ({ m, n, k }: Product) => ({ flops: 2 * m * n * k }),
  batchMatmul: ({ batch, m, n, k }: Product & { batch: number }) => ({ flops: 2 * batch * m * n * k }),

  lstmForward: (call: LstmSequence) => ({ flops: lstmProducts(call, call.inputs) }),
  lstmBackward: (call: LstmSequence & { dX: Float32Array | undefined }) => ({
    flops: lstmProducts(call, call.inputs) + lstmProducts(call, call.dX === undefined ? 0 : call.inputs),
  }),
  lstmStep: ({ rows, inputs, units, hidden, packedWeights }: LstmStep) => ({
    flops: 2 * rows * (4 * units * (inputs + hidden) + (packedWeights[3] === undefined ? 0 : units * hidden)),
  }),

  attentionForward: (call: Attention) => ({ flops: attentionProducts(call) }),
  attentionBackward: (call: Attention) => ({ flops: 2 * attentionProducts(call) }),

  vocabularyCrossEntropy: (call: Projection & { hiddenGradient: Float32Array | undefined }) => ({
    flops: (call.hiddenGradient === undefined ? 1 : 3) * projection(call),
  }),
  vocabularyTopK: (call: Projection) => ({ flops: projection(call) }),
  vocabularyLogProbability: (call: Projection) => ({ flops: projection(call) }),

  expertFfn: (call: Experts & Arrays<"x" | "out">) => ({
    flops: 4 * expertProducts(call),
    bytes: FLOAT * (busyExperts(call) * matrices(call) + lengths(call.x, call.out, call.activations)),
  }),
  // Experts without rows have their gradients written too.
  expertFfnGradient: (call: Experts & Arrays<"x" | "dy" | "dX">) => ({
    flops: 8 * expertProducts(call),
    bytes: FLOAT * ((busyExperts(call) + call.experts) * matrices(call) + gradientRows(call)),
  }),
  // Only busy experts' matrices are touched: read for the products, read and written by the step.
  expertFfnUpdate: (call: Experts & Arrays<"x" | "dy" | "dX">) => ({
    flops: 8 * expertProducts(call),
    bytes: FLOAT * (3 * busyExperts(call) * matrices(call) + gradientRows(call)),
  }),
  noisyGates: ({ out, clean }: Arrays<"out" | "clean">) => ({ bytes: FLOAT * lengths(clean, clean, clean, out) }),
  noisyGatesGradient: ({ dOut, out, dClean }: Arrays<"dOut" | "out" | "dClean">) => ({
    bytes: FLOAT * (lengths(dOut, out) + 5 * dClean.length),
  }),
  dispatch: ({ out }: Arrays<"out">) => ({ bytes: 2 * FLOAT * out.length }),
  dispatchGradient: ({ dy, dx }: Arrays<"dy" | "dx">) => ({ bytes: FLOAT * lengths(dy, dx) }),
  combine: ({ y, out }: Arrays<"y" | "out">) => ({ bytes: FLOAT * lengths(y, out) }),
  combineGradient: ({ dOut, y, dY }: Arrays<"dOut" | "y" | "dY">) => ({ bytes: FLOAT * lengths(dOut, y, dY) }),

  gatherRows: ({ out }: Arrays<"out">) => ({ bytes: 2 * FLOAT * out.length }),
  scatterAddRows: inAndOut,
  // Value, gradient and both moments are read; all but the gradient are written.
  adamStep: ({ values }: { values: readonly Float32Array[] }) => ({ bytes: 7 * FLOAT * lengths(...values) }),
  adamRowStep: ({ value, sums }: Arrays<"value" | "sums">) => ({ bytes: FLOAT * (6 * value.length + sums.length) }),
  factoredAdamStep: ({ value }: Arrays<"value">) => ({ bytes: 3 * FLOAT * value.length }),
  sumOfSquares: ({ gradients }: { gradients: readonly Float32Array[] }) => ({ bytes: FLOAT * lengths(...gradients) }),

  binary: ({ a, b, out }: Arrays<"a" | "b" | "out">) => ({ bytes: FLOAT * lengths(a, b, out) }),
  unary: inAndOut,
  sumColumns: inAndOut,
  sumRows: inAndOut,
  copyBlock: ({ rows, columns }: { rows: number; columns: number }) => ({ bytes: 2 * FLOAT * rows * columns }),
  transpose: inAndOut,
  fill: ({ out }: Arrays<"out">) => ({ bytes: FLOAT * out.length }),
  dropout: inAndOut,
} satisfies WorkOf;

type Arrays<Name extends string> = { [Key in Name]: Float32Array };

function inAndOut({ x, out }: Arrays<"x" | "out">): KernelWork {
  return { bytes: FLOAT * lengths(x, out) };
}

interface Product {
  m: number;
  n: number;
  k: number;
}

interface LstmSizes {
  inputs: number;
  units: number;
  hidden: number;
}

interface LstmStep extends LstmSizes {
  rows: number;
  packedWeights: readonly (Float32Array | undefined)[];
}

interface LstmSequence extends LstmSizes {
  batchSizes: Int32Array;
  reading: Reading;
  weights: readonly (Float32Array | undefined)[];
  initialStates: readonly (Float32Array | undefined)[];
}

/** Products of a layer's directions, of inputs counted so wide. Without an initial state, a sentence's first step has no recurrent one. */
function lstmProducts({ units, hidden, batchSizes, reading, weights, initialStates }: LstmSequence, inputs: number) {
  const positions = batchSizes.reduce((sum, size) => sum + size, 0);
  let sum = 0;
  for (let direction = 0; direction < (reading === "both" ? 2 : 1); direction++) {
    const recurrent = initialStates[2 * direction] === undefined ? positions - (batchSizes[0] ?? 0) : positions;
    sum += 4 * units * (positions * inputs + recurrent * hidden);
    if (weights[4 * direction + 3] !== undefined) sum += positions * units * hidden;
  }
  return 2 * sum;
}

interface Attention {
  queryOffsets: Int32Array;
  keyOffsets: Int32Array;
  hidden: number;
  valueWidth: number;
}

/** Scores and context: each query of a sentence with each of its keys. */
function attentionProducts({ queryOffsets, keyOffsets, hidden, valueWidth }: Attention): number {
  let pairs = 0;
  for (let g = 0; g + 1 < queryOffsets.length; g++) {
    pairs += (queryOffsets[g + 1]! - queryOffsets[g]!) * (keyOffsets[g + 1]! - keyOffsets[g]!);
  }
  return 2 * pairs * (hidden + valueWidth);
}

interface Projection {
  rows: number;
  width: number;
  vocabulary: number;
}

function projection({ rows, width, vocabulary }: Projection): number {
  return 2 * rows * width * vocabulary;
}

interface Experts {
  offsets: Int32Array;
  experts: number;
  width: number;
  hidden: number;
  activations: Float32Array | undefined;
}

/** Multiply-adds of one matrix of each expert with its rows. */
function expertProducts({ offsets, experts, width, hidden }: Experts): number {
  return (offsets[experts]! - offsets[0]!) * width * hidden;
}

/** Numbers of an expert's two matrices. */
function matrices({ width, hidden }: Experts): number {
  return 2 * width * hidden;
}

/** Numbers of the rows that a backward pass reads and writes. */
function gradientRows({ x, dy, dX, activations }: Experts & Arrays<"x" | "dy" | "dX">): number {
  return lengths(x, dy, dX, activations);
}

function busyExperts({ offsets, experts }: Experts): number {
  let busy = 0;
  for (let expert = 0; expert < experts; expert++) if (offsets[expert + 1]! > offsets[expert]!) busy++;
  return busy;
}

/** Of existing arrays. */
function lengths(...arrays: readonly (Float32Array | undefined)[]): number {
  return arrays.reduce((sum, array) => sum + (array?.length ?? 0), 0);
}
