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
  batchMatmul: (_a, _b, _out, batch, m, n, k) => ({ flops: 2 * batch * m * n * k }),

  lstmForward: (inputs, hidden, batchSizes, _reverse, _x, _w, _u, _bias, initialHidden) => ({
    flops: lstmProducts(inputs, hidden, batchSizes, initialHidden !== undefined),
  }),
  lstmBackward: (...args) => {
    const [inputs, hidden, batchSizes, , , , , , initialHidden] = args;
    const dX = args[14];
    const weights = lstmProducts(inputs, hidden, batchSizes, initialHidden !== undefined);
    const states = lstmProducts(dX === undefined ? 0 : inputs, hidden, batchSizes, initialHidden !== undefined);
    return { flops: weights + states };
  },
  lstmStep: (rows, inputs, hidden) => ({ flops: 2 * rows * 4 * hidden * (inputs + hidden) }),

  attentionForward: (...args) => ({ flops: attentionProducts(args[5], args[7], args[8], args[9]) }),
  attentionBackward: (...args) => ({ flops: 2 * attentionProducts(args[5], args[7], args[8], args[9]) }),

  vocabularyCrossEntropy: (...args) => {
    const [, , , rows, width, vocabulary, , , , hiddenGradient] = args;
    return { flops: (hiddenGradient === undefined ? 2 : 6) * rows * width * vocabulary };
  },
  vocabularyTopK: (_h, _w, _b, rows, width, vocabulary) => ({ flops: 2 * rows * width * vocabulary }),
  vocabularyLogProbability: (_h, _w, _b, rows, width, vocabulary) => ({ flops: 2 * rows * width * vocabulary }),

  expertFfn: (x, _w1, _w2, _b1, _b2, offsets, out, experts, width, hidden) => ({
    flops: 4 * rowsOf(offsets, experts) * width * hidden,
    bytes: FLOAT * (busyExperts(offsets, experts) * 2 * width * hidden + x.length + out.length),
  }),
  expertFfnGradient: (...args) => {
    const [x, , , , offsets, dy, dX] = args;
    const [experts, width, hidden] = args.slice(-3) as [number, number, number];
    // Experts without rows have their gradients written too.
    const matrices = (busyExperts(offsets, experts) + experts) * 2 * width * hidden;
    return {
      flops: 8 * rowsOf(offsets, experts) * width * hidden,
      bytes: FLOAT * (matrices + x.length + dy.length + dX.length),
    };
  },
  dispatch: (_x, _slots, out) => ({ bytes: 2 * out.byteLength }),
  dispatchGradient: (dy, _rows, dx) => ({ bytes: dy.byteLength + dx.byteLength }),
  combine: (y, _gates, _rows, out) => ({ bytes: y.byteLength + out.byteLength }),
  combineGradient: (dOut, y, _gates, _rows, dY) => ({ bytes: dOut.byteLength + y.byteLength + dY.byteLength }),

  gatherRows: (_x, _index, out) => ({ bytes: 2 * out.byteLength }),
  scatterAddRows: (x, _index, out) => ({ bytes: x.byteLength + out.byteLength }),
  // Value, gradient and both moments are read; all but the gradient are written.
  adamStep: (values) => ({ bytes: 7 * totalBytes(values) }),
  globalNorm: (gradients) => ({ bytes: totalBytes(gradients) }),

  binary: (_operation, a, b, out) => ({ bytes: a.byteLength + b.byteLength + out.byteLength }),
  unary: (_operation, x, out) => ({ bytes: x.byteLength + out.byteLength }),
  sumColumns: (x, out) => ({ bytes: x.byteLength + out.byteLength }),
  sumRows: (x, out) => ({ bytes: x.byteLength + out.byteLength }),
  copyBlock: (_x, _xStart, _xStep, _out, _outStart, _outStep, rows, columns) => ({ bytes: 2 * FLOAT * rows * columns }),
  transpose: (x, out) => ({ bytes: x.byteLength + out.byteLength }),
  fill: (out) => ({ bytes: out.byteLength }),
  dropout: (x, out) => ({ bytes: x.byteLength + out.byteLength }),
};

/** Input and recurrent products of a layer. Without an initial state, a sentence's first step has no recurrent product. */
function lstmProducts(inputs: number, hidden: number, batchSizes: Int32Array, hasInitialState: boolean): number {
  const positions = batchSizes.reduce((sum, size) => sum + size, 0);
  const recurrent = hasInitialState ? positions : positions - (batchSizes[0] ?? 0);
  return 2 * 4 * hidden * (positions * inputs + recurrent * hidden);
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
