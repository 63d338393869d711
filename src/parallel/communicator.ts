/**
 * The processes of one job, its ranks, and what they do together. All ranks call the same functions in the same order, with lengths that fit:
 * a rank that doesn't is waited for, and named after a while.
 */

/** Something that ranks do together, begun when it was called. Arrays given to it are its own until it has ended. */
export interface Pending<Result = void> {
  /**
   * Blocks this thread until it has ended; for waits within a step, which are short. Throws CommunicationError where a rank is lost or late,
   * and names it.
   */
  wait(): Result;
  /** The same without blocking, for waits of any length: signals and timers go on. */
  ended(): Promise<Result>;
}

/** Seconds since the job was joined. */
export interface CommunicationTimes {
  /** In which something was under way, waiting for late ranks included. */
  underWay: number;
  /** Of these, in which this thread has done nothing but wait for it. */
  waited: number;
}

/** How numbers are sent. */
export interface ReduceOptions {
  /** Rounded to bf16 on the way, which halves the bytes; sums are f32 all the same. */
  bf16?: boolean;
}

/**
 * A rank's view of its job.
 *
 * @example
 * const loss = Float32Array.of(own);
 * ranks.allReduce(loss).wait();
 * if (ranks.rank === 0) console.log(loss[0] / ranks.size);
 */
export interface Communicator {
  /** From 0. */
  readonly rank: number;
  /** How many ranks there are. */
  readonly size: number;
  /** What carries messages, for logs and checkpoints: "alone", or a library and its version. */
  readonly transport: string;
  /** [size] the machine of each rank. */
  readonly hosts: readonly string[];
  /**
   * Each number becomes its sum over all ranks, in place, added up in the order of ranks: the same bits on every rank, whatever the library
   * and whatever else is summed in the same call.
   */
  allReduce(values: Float32Array, options?: ReduceOptions): Pending;
  /**
   * All-to-all: `sendCounts[r]` bytes of `send` go to rank r, piece after piece, and `receiveCounts[r]` bytes come from it. Counts may be 0, and
   * must fit: what a rank sends to another is what that one expects.
   */
  exchange(send: Uint8Array, sendCounts: Uint32Array, receive: Uint8Array, receiveCounts: Uint32Array): Pending;
  /** The bytes that each rank gives, of any length, in the order of ranks. */
  gather(own: Uint8Array): Pending<Uint8Array[]>;
  /** Numbers of each rank, equally many. */
  gatherNumbers(own: Float64Array): Pending<Float64Array[]>;
  /** Plain JSON of each rank. */
  gatherValues<Value>(own: Value): Pending<Value[]>;
  /** Fills `bytes` with those of rank `from`; all ranks give as many. */
  broadcast(bytes: Uint8Array, from?: number): Pending;
  /** Ends when every rank has come here. */
  barrier(): Pending;
  /** How long messages took, where a thread of their own moves them. */
  times?(): CommunicationTimes;
  /** Leaves the job when all ranks do; the last call. */
  close(): Promise<void>;
}
