/** Everything that ranks do together, made of exchanges. */
import type { Communicator, Pending, ReduceOptions } from "./communicator.ts";
import { partOf } from "./parts.ts";

/** Of an operation that had ended when it returned. */
export const hasEnded: Pending = { wait: () => {}, ended: async () => {} };

/** Several exchanges one after the other: each is begun when the one before it has ended. */
type Steps<Result> = Generator<Pending, Result, void>;

class Sequence<Result> implements Pending<Result> {
  private readonly steps: Steps<Result>;
  private current: IteratorResult<Pending, Result>;

  constructor(steps: Steps<Result>) {
    this.steps = steps;
    this.current = steps.next();
  }

  wait(): Result {
    while (this.current.done !== true) {
      this.current.value.wait();
      this.current = this.steps.next();
    }
    return this.current.value;
  }

  async ended(): Promise<Result> {
    while (this.current.done !== true) {
      await this.current.value.ended();
      this.current = this.steps.next();
    }
    return this.current.value;
  }
}

/** A communicator of which only messages are left to be written. */
export abstract class RankGroup implements Communicator {
  abstract readonly rank: number;
  abstract readonly size: number;
  abstract readonly transport: string;
  abstract readonly hosts: readonly string[];
  abstract exchange(
    send: Uint8Array,
    sendCounts: Uint32Array,
    receive: Uint8Array,
    receiveCounts: Uint32Array,
  ): Pending;
  abstract close(): Promise<void>;

  /** Rank r sums the r-th part and sends it to all. */
  allReduce(values: Float32Array, _options?: ReduceOptions): Pending {
    return new Sequence(this.sumSteps(values));
  }

  gather(own: Uint8Array): Pending<Uint8Array[]> {
    return new Sequence(this.gatherSteps(own));
  }

  gatherNumbers(own: Float64Array): Pending<Float64Array[]> {
    return new Sequence(this.numberSteps(own));
  }

  gatherValues<Value>(own: Value): Pending<Value[]> {
    return new Sequence(this.valueSteps(own));
  }

  broadcast(bytes: Uint8Array, from = 0): Pending {
    const own = this.rank === from;
    const sends = new Uint32Array(this.size).fill(own ? bytes.byteLength : 0);
    const receives = new Uint32Array(this.size);
    receives[from] = bytes.byteLength;
    // The sender sends the same bytes to all, so that the exchange needs them as often.
    return this.exchange(own ? this.repeated(bytes) : new Uint8Array(0), sends, bytes, receives);
  }

  barrier(): Pending {
    const each = new Uint32Array(this.size).fill(1);
    return this.exchange(new Uint8Array(this.size), each, new Uint8Array(this.size), each);
  }

  private repeated(bytes: Uint8Array): Uint8Array {
    const all = new Uint8Array(bytes.byteLength * this.size);
    for (let rank = 0; rank < this.size; rank++) all.set(bytes, rank * bytes.byteLength);
    return all;
  }

  private *sumSteps(values: Float32Array): Steps<void> {
    const { rank, size } = this;
    if (size === 1) return;
    const parts = Array.from({ length: size }, (_, each) => partOf(values.length, each, size));
    const lengths = Uint32Array.from(parts, ({ length }) => 4 * length);
    const own = parts[rank]!;
    const received = new Float32Array(own.length * size);
    const ofOwn = new Uint32Array(size).fill(4 * own.length);
    yield this.exchange(bytesOf(values), lengths, bytesOf(received), ofOwn);
    const sums = received.slice(0, own.length);
    for (let from = 1; from < size; from++) {
      const at = from * own.length;
      for (let i = 0; i < own.length; i++) sums[i]! += received[at + i]!;
    }
    yield this.exchange(this.repeated(bytesOf(sums)), ofOwn, bytesOf(values), lengths);
  }

  private *numberSteps(own: Float64Array): Steps<Float64Array[]> {
    const all = new Float64Array(own.length * this.size);
    const each = new Uint32Array(this.size).fill(own.byteLength);
    yield this.exchange(this.repeated(bytesOf(own)), each, bytesOf(all), each);
    return Array.from({ length: this.size }, (_, rank) => all.slice(rank * own.length, (rank + 1) * own.length));
  }

  private *gatherSteps(own: Uint8Array): Steps<Uint8Array[]> {
    const lengths = yield* this.numberSteps(Float64Array.of(own.byteLength));
    const receives = Uint32Array.from(lengths, ([length]) => length!);
    const all = new Uint8Array(receives.reduce((sum, length) => sum + length, 0));
    yield this.exchange(this.repeated(own), new Uint32Array(this.size).fill(own.byteLength), all, receives);
    let at = 0;
    return Array.from(receives, (length) => {
      at += length;
      return all.slice(at - length, at);
    });
  }

  private *valueSteps<Value>(own: Value): Steps<Value[]> {
    const all = yield* this.gatherSteps(new TextEncoder().encode(JSON.stringify(own)));
    return all.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Value);
  }
}

/** The memory of an array. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer>;
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array;
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
