/** Reuses aligned native memory between tensors, so that a training step allocates nothing from the system after warm-up. */

/** Sizes are rounded up to a quarter of a power of two, so that batches of nearly equal size share buffers. */
export function sizeClass(bytes: number): number {
  const minimum = 256;
  if (bytes <= minimum) return minimum;
  const power = 2 ** Math.floor(Math.log2(bytes));
  const quarter = power / 4;
  return Math.ceil(bytes / quarter) * quarter;
}

export interface PoolStatistics {
  /** Bytes ever requested from the system. */
  allocatedBytes: number;
  /** Bytes lying free in the pool. */
  freeBytes: number;
  /** Requests that had to go to the system. */
  allocations: number;
}

export class BufferPool {
  private readonly free = new Map<number, ArrayBuffer[]>();
  private readonly owned = new WeakSet<ArrayBufferLike>();
  private readonly allocate: (bytes: number) => ArrayBuffer;
  private readonly counts: PoolStatistics = { allocatedBytes: 0, freeBytes: 0, allocations: 0 };

  /** `allocate` returns aligned memory whose contents don't matter. */
  constructor(allocate: (bytes: number) => ArrayBuffer) {
    this.allocate = allocate;
  }

  /** A view of `length` floats on pooled memory; its contents are undefined. */
  takeFloats(length: number): Float32Array<ArrayBuffer> {
    const bytes = sizeClass(length * 4);
    const reused = this.free.get(bytes)?.pop();
    if (reused !== undefined) {
      this.counts.freeBytes -= bytes;
      return new Float32Array(reused, 0, length);
    }
    const buffer = this.allocate(bytes);
    this.owned.add(buffer);
    this.counts.allocatedBytes += bytes;
    this.counts.allocations++;
    return new Float32Array(buffer, 0, length);
  }

  owns(buffer: ArrayBufferLike): boolean {
    return this.owned.has(buffer);
  }

  /** Returns a buffer that this pool handed out; the caller holds no view of it any more. */
  give(buffer: ArrayBuffer): void {
    const bytes = buffer.byteLength;
    const list = this.free.get(bytes);
    if (list === undefined) this.free.set(bytes, [buffer]);
    else list.push(buffer);
    this.counts.freeBytes += bytes;
  }

  get statistics(): Readonly<PoolStatistics> {
    return { ...this.counts };
  }
}
