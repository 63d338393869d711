/** Matrix products of the addon (native/src/gemm). */

import type { Precision } from "../../../base/engine-names.ts";

export interface GemmKernels {
  /**
   * out[m, n] = a · b, plus what `out` held if `accumulate`. `a` is [m, k], stored [k, m] if `transA`; `b` is [k, n],
   * stored [n, k] if `transB`. `out` must not overlap them.
   */
  matmul(
    a: Float32Array,
    b: Float32Array,
    out: Float32Array,
    m: number,
    n: number,
    k: number,
    transA: boolean,
    transB: boolean,
    accumulate: boolean,
  ): void;
  /** The same for `batch` products whose matrices lie one after the other. */
  batchMatmul(
    a: Float32Array,
    b: Float32Array,
    out: Float32Array,
    batch: number,
    m: number,
    n: number,
    k: number,
    transA: boolean,
    transB: boolean,
    accumulate: boolean,
  ): void;
  /** Floats that the right side [k, n] of a product takes when packed, with the running instruction set. */
  packedLength(n: number, k: number, precision: Precision): number;
  /** Packs `b`, [k, n] or stored [n, k] if `transB`, for the running instruction set. */
  packMatrix(b: Float32Array, packed: Float32Array, n: number, k: number, transB: boolean, precision: Precision): void;
  /** Whether these floats are a matrix [k, n] packed for this precision and the running instruction set. */
  isPacked(packed: Float32Array, n: number, k: number, precision: Precision): boolean;
  /** As `matmul`, to the bit, with a right side packed for the precision chosen. */
  packedMatmul(
    a: Float32Array,
    packed: Float32Array,
    out: Float32Array,
    m: number,
    n: number,
    k: number,
    transA: boolean,
    accumulate: boolean,
  ): void;
}
