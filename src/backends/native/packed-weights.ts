/**
 * Weight matrices in the form that products with few rows read fastest (native/src/gemm/packed.h). A matrix is packed when
 * it is first asked for, and its packed form goes when the tensor is written or disposed: once per model in inference.
 */

import type { Precision } from "../../base/engine-names.ts";
import type { NativeBackend } from "./backend.ts";

/** How a product [rows, k] · [k, n] takes its right side; a tensor is always asked for in the same way. */
export interface RightSide {
  n: number;
  k: number;
  /** Stored [n, k]. */
  transposed: boolean;
  precision: Precision;
}

export class PackedWeights {
  private readonly byData = new WeakMap<object, Float32Array<ArrayBuffer>>();
  private readonly native: NativeBackend;

  constructor(native: NativeBackend) {
    this.native = native;
  }

  get(dataId: object, floats: Float32Array, { n, k, transposed, precision }: RightSide): Float32Array {
    const { addon } = this.native;
    const known = this.byData.get(dataId);
    if (known !== undefined && addon.isPacked(known, n, k, precision)) return known;
    this.forget(dataId);
    const packed = this.native.takeFloats(addon.packedLength(n, k, precision), "packMatrix");
    addon.packMatrix(floats, packed, n, k, transposed, precision);
    this.byData.set(dataId, packed);
    return packed;
  }

  /** The tensor's contents change, or it goes. */
  forget(dataId: object): void {
    const packed = this.byData.get(dataId);
    if (packed === undefined) return;
    this.byData.delete(dataId);
    this.native.giveFloats(packed);
  }
}
