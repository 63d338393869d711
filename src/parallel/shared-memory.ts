/** Ranks that are threads of one process and share memory: what runs on several machines is tried out by them. Exchanges have ended when they return. */
import { CommunicationError } from "../base/errors.ts";
import type { Pending } from "./communicator.ts";
import { hasEnded, RankGroup } from "./rank-group.ts";

/** Bytes that a rank hands to another one at a time. */
const BOX = 64 * 1024;
/** Words before the boxes: threads that have arrived, barriers passed, whether the job is over, then, of each rank, whether it has more to send. */
const HEADER = 3;

/** The memory of a job of so many ranks; to be given to each of its threads. */
export function sharedMemory(size: number): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * (HEADER + size) + size * size * BOX);
}

/** One rank of them. */
export class SharedMemoryRank extends RankGroup {
  readonly rank: number;
  readonly size: number;
  readonly transport = "shared memory";
  readonly hosts: readonly string[];
  private readonly words: Int32Array;
  private readonly memory: SharedArrayBuffer;
  private readonly patience: number;

  /** `patience`: seconds that it waits for others. */
  constructor(memory: SharedArrayBuffer, rank: number, size: number, patience = 60) {
    super();
    this.rank = rank;
    this.size = size;
    this.hosts = Array.from({ length: size }, (_, each) => `thread ${each}`);
    this.words = new Int32Array(memory, 0, HEADER + size);
    this.memory = memory;
    this.patience = patience;
  }

  exchange(send: Uint8Array, sendCounts: Uint32Array, receive: Uint8Array, receiveCounts: Uint32Array): Pending {
    const [from, to] = [startsOf(sendCounts), startsOf(receiveCounts)];
    for (let sent = 0, more = true; more; sent += BOX) {
      let left = 0;
      sendCounts.forEach((count, rank) => {
        const piece = Math.min(BOX, Math.max(0, count - sent));
        this.box(this.rank, rank).set(send.subarray(from[rank]! + sent, from[rank]! + sent + piece));
        left = Math.max(left, count - sent - piece);
      });
      this.words[HEADER + this.rank] = left;
      this.arrive();
      more = this.words.subarray(HEADER).some((of) => of > 0);
      receiveCounts.forEach((count, rank) => {
        const piece = Math.min(BOX, Math.max(0, count - sent));
        if (piece > 0) receive.set(this.box(rank, this.rank).subarray(0, piece), to[rank]! + sent);
      });
      this.arrive();
    }
    return hasEnded;
  }

  async close(): Promise<void> {
    this.arrive();
  }

  /** Ends the waiting of all ranks: this one can't go on. */
  fail(): void {
    Atomics.store(this.words, 2, 1);
    Atomics.add(this.words, 1, 1);
    Atomics.notify(this.words, 1);
  }

  private box(from: number, to: number): Uint8Array {
    return new Uint8Array(this.memory, 4 * (HEADER + this.size) + (from * this.size + to) * BOX, BOX);
  }

  /** Returns when all ranks have come here. */
  private arrive(): void {
    const { words } = this;
    const passed = Atomics.load(words, 1);
    this.requireNoFailure();
    if (Atomics.add(words, 0, 1) === this.size - 1) {
      Atomics.store(words, 0, 0);
      Atomics.add(words, 1, 1);
      Atomics.notify(words, 1);
    } else {
      // A late notice of the barrier before may wake it too early.
      while (Atomics.load(words, 1) === passed) {
        if (Atomics.wait(words, 1, passed, 1000 * this.patience) !== "timed-out") continue;
        throw new CommunicationError(`a rank has not come for ${this.patience} s`);
      }
    }
    this.requireNoFailure();
  }

  /** One that fails wakes those that wait; those that come later must not wait for it. */
  private requireNoFailure(): void {
    if (Atomics.load(this.words, 2) !== 0) throw new CommunicationError("another rank has failed");
  }
}

function startsOf(counts: Uint32Array): Uint32Array {
  let at = 0;
  return counts.map((count) => {
    at += count;
    return at - count;
  });
}
