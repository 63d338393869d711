/**
 * Weight matrices in the form that products with few rows read fastest (native/src/gemm/packed.h). A matrix is packed when
 * it is first asked for, and its packed form goes when the tensor is written or disposed: once per model in inference.
 */
import type { NativeAddon } from "./addon.ts";
import type { BufferPool } from "./buffer-pool.ts";

/** The right side of a product [rows, k] · [k, n]. */
export interface RightSide {
  /** Of the tensor. */
  dataId: object;
  /** [k, n], or [n, k] if `transposed`; a tensor is always asked for in the same way */
  floats: Float32Array;
  n: number;
  k: number;
  transposed: boolean;
}

export class PackedWeights {
  private readonly byData = new WeakMap<object, Float32Array<ArrayBuffer>>();
  private readonly addon: NativeAddon;
  private readonly pool: BufferPool;

  constructor(addon: NativeAddon, pool: BufferPool) {
    this.addon = addon;
    this.pool = pool;
  }

  get({ dataId, floats, n, k, transposed }: RightSide): Float32Array {
    const known = this.byData.get(dataId);
    if (known !== undefined && this.addon.isPacked(known, n, k)) return known;
    this.forget(dataId);
    const packed = this.pool.takeFloats(this.addon.packedLength(n, k));
    this.addon.packMatrix(floats, packed, n, k, transposed);
    this.byData.set(dataId, packed);
    return packed;
  }

  /** The tensor's contents change, or it goes. */
  forget(dataId: object): void {
    const packed = this.byData.get(dataId);
    if (packed === undefined) return;
    this.byData.delete(dataId);
    this.pool.give(packed.buffer);
  }
}
