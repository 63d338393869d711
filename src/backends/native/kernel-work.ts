/**
 * What one call of a kernel has to do at the least: multiply-adds of its products, and memory that must be read and written.
 * Only useful operations: nothing for recomputed activations, for products with a state that is zero, or for gates and exponentials.
 */
import type { NativeAddon } from "./addon.ts";

export interface KernelWork {
  /** A multiply-add is two. */
  flops?: number;
  /** Every operand read once, every result written once. */
  bytes?: number;
}

type WorkOf = { readonly [Name in keyof NativeAddon]?: (...args: Parameters<NativeAddon[Name]>) => KernelWork };

const FLOAT = 4;

/** Kernels that aren't listed are only timed. */
export const kernelWork: WorkOf = {
  matmul: (_a, _b, _out, m, n, k) => ({ flops: 2 * m * n * k }),
  packedMatmul: (_a, _packed, _out, m, n, k) => ({ flops: 2 * m * n * k }),
  batchMatmul: (_a, _b, _out, batch, m, n, k) => ({ flops: 2 * batch * m * n * k }),

  lstmForward: (...args) => ({ flops: lstmProducts(args, args[0]) }),
  lstmBackward: (...args) => ({
    flops: lstmProducts(args, args[0]) + lstmProducts(args, args[12] === undefined ? 0 : args[0]),
  }),
  lstmStep: (rows, inputs, units, hidden, _x, _hidden, _cell, weights) => ({
    flops: 2 * rows * (4 * units * (inputs + hidden) + (weights[3] === undefined ? 0 : units * hidden)),
  }),

  attentionForward: (...args) => ({ flops: attentionProducts(args[5], args[7], args[8], args[9]) }),
  attentionBackward: (...args) => ({ flops: 2 * attentionProducts(args[5], args[7], args[8], args[9]) }),

  vocabularyCrossEntropy: (...args) => {
    const [, , , rows, width, vocabulary, , , , hiddenGradient] = args;
    return { flops: (hiddenGradient === undefined ? 2 : 6) * rows * width * vocabulary };
  },
  vocabularyTopK: (_h, _w, _b, rows, width, vocabulary) => ({ flops: 2 * rows * width * vocabulary }),
  vocabularyLogProbability: (_h, _w, _b, rows, width, vocabulary) => ({ flops: 2 * rows * width * vocabulary }),

  expertFfn: (x, _w1, _w2, _b1, _b2, offsets, out, activations, experts, width, hidden) => ({
    flops: 4 * rowsOf(offsets, experts) * width * hidden,
    bytes: FLOAT * (busyExperts(offsets, experts) * 2 * width * hidden + lengths(x, out, activations)),
  }),
  expertFfnGradient: (...args) => {
    const [x, , , , offsets, dy, activations, dX] = args;
    const [experts, width, hidden] = args.slice(-3) as [number, number, number];
    // Experts without rows have their gradients written too.
    const matrices = (busyExperts(offsets, experts) + experts) * 2 * width * hidden;
    return {
      flops: 8 * rowsOf(offsets, experts) * width * hidden,
      bytes: FLOAT * (matrices + lengths(x, dy, dX, activations)),
    };
  },
  // Only busy experts' matrices are touched: read for the products, read and written by the step.
  expertFfnUpdate: (x, _w1, _w2, offsets, dy, activations, dX, _r1, _c1, _r2, _c2, experts, width, hidden) => ({
    flops: 8 * rowsOf(offsets, experts) * width * hidden,
    bytes: FLOAT * (3 * busyExperts(offsets, experts) * 2 * width * hidden + lengths(x, dy, dX, activations)),
  }),
  noisyGates: (out, _experts, clean) => ({ bytes: 3 * clean.byteLength + out.byteLength }),
  noisyGatesGradient: (dOut, out, dClean) => ({ bytes: dOut.byteLength + out.byteLength + 5 * dClean.byteLength }),
  dispatch: (_x, _slots, out) => ({ bytes: 2 * out.byteLength }),
  dispatchGradient: (dy, _rows, dx) => ({ bytes: dy.byteLength + dx.byteLength }),
  combine: (y, _gates, _rows, out) => ({ bytes: y.byteLength + out.byteLength }),
  combineGradient: (dOut, y, _gates, _rows, dY) => ({ bytes: dOut.byteLength + y.byteLength + dY.byteLength }),

  gatherRows: (_x, _index, out) => ({ bytes: 2 * out.byteLength }),
  scatterAddRows: (x, _index, out) => ({ bytes: x.byteLength + out.byteLength }),
  // Value, gradient and both moments are read; all but the gradient are written.
  adamStep: (values) => ({ bytes: 7 * totalBytes(values) }),
  adamRowStep: (value, sums) => ({ bytes: 6 * value.byteLength + sums.byteLength }),
  factoredAdamStep: (value) => ({ bytes: 3 * value.byteLength }),
  sumOfSquares: (gradients) => ({ bytes: totalBytes(gradients) }),

  binary: (_operation, a, b, out) => ({ bytes: a.byteLength + b.byteLength + out.byteLength }),
  unary: (_operation, x, out) => ({ bytes: x.byteLength + out.byteLength }),
  sumColumns: (x, out) => ({ bytes: x.byteLength + out.byteLength }),
  sumRows: (x, out) => ({ bytes: x.byteLength + out.byteLength }),
  copyBlock: (_x, _xStart, _xStep, _out, _outStart, _outStep, rows, columns) => ({ bytes: 2 * FLOAT * rows * columns }),
  transpose: (x, out) => ({ bytes: x.byteLength + out.byteLength }),
  fill: (out) => ({ bytes: out.byteLength }),
  dropout: (x, out) => ({ bytes: x.byteLength + out.byteLength }),
};

type LstmArguments = Parameters<NativeAddon["lstmForward"]> | Parameters<NativeAddon["lstmBackward"]>;

/** Products of a layer's directions, of inputs counted so wide. Without an initial state, a sentence's first step has no recurrent one. */
function lstmProducts(args: LstmArguments, inputs: number): number {
  const [, units, hidden, batchSizes, reading, , weights, initialStates] = args;
  const positions = batchSizes.reduce((sum, size) => sum + size, 0);
  let sum = 0;
  for (let direction = 0; direction < (reading === "both" ? 2 : 1); direction++) {
    const recurrent = initialStates[2 * direction] === undefined ? positions - (batchSizes[0] ?? 0) : positions;
    sum += 4 * units * (positions * inputs + recurrent * hidden);
    if (weights[4 * direction + 3] !== undefined) sum += positions * units * hidden;
  }
  return 2 * sum;
}

/** Scores and context: each query of a sentence with each of its keys. */
function attentionProducts(
  queryOffsets: Int32Array,
  keyOffsets: Int32Array,
  hidden: number,
  valueWidth: number,
): number {
  let pairs = 0;
  for (let g = 0; g + 1 < queryOffsets.length; g++) {
    pairs += (queryOffsets[g + 1]! - queryOffsets[g]!) * (keyOffsets[g + 1]! - keyOffsets[g]!);
  }
  return 2 * pairs * (hidden + valueWidth);
}

function rowsOf(offsets: Int32Array, experts: number): number {
  return offsets[experts]! - offsets[0]!;
}

function busyExperts(offsets: Int32Array, experts: number): number {
  let busy = 0;
  for (let expert = 0; expert < experts; expert++) if (offsets[expert + 1]! > offsets[expert]!) busy++;
  return busy;
}

function totalBytes(arrays: readonly Float32Array[]): number {
  return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Of those that there are. */
function lengths(...arrays: readonly (Float32Array | undefined)[]): number {
  return arrays.reduce((sum, array) => sum + (array?.length ?? 0), 0);
}
