/** Matrix products of the addon (native/src/gemm). */

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
}
