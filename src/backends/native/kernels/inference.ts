/** Models that are only run (native/src/inference): opened once, run on threads of their own, each step a promise. */
import type { InferencePrecision } from "../../../base/engine-names.ts";

/** An opened model; freed when it is dropped or closed. */
export interface ModelHandle {
  readonly nativeModel: unique symbol;
}

/** Threads that models run on; they end when no model has them and the handle is dropped or closed. */
export interface ThreadsHandle {
  readonly nativeThreads: unique symbol;
}

/** Hypotheses under way; freed as models are. */
export interface StateHandle {
  readonly nativeState: unique symbol;
}

export interface InferenceKernels {
  /** Starts threads, 1 to MOST_THREADS. Throws an Error where the system has not so many. */
  openThreads(threads: number): ThreadsHandle;
  /**
   * Maps a safetensors file. `plan` has a line for each size of the model, `tensors` one for each tensor (src/engine). `adapted` has a line
   * for each matrix that an adapter adds to, name and rank, and `adapterValues` its left and right matrices; "" and undefined for none.
   * Throws an Error where they don't fit together. The threads then pack the layers that every text needs; `shortlisted` where decoding will have
   * candidates. Of experts no more stay packed than fit in `expertMemory` bytes, apart from those in use; with 0, all that were used.
   */
  openModel(
    path: string,
    plan: string,
    tensors: string,
    arithmetic: InferencePrecision,
    threads: ThreadsHandle,
    adapted: string,
    adapterValues: Float32Array | undefined,
    shortlisted: boolean,
    expertMemory: number,
  ): ModelHandle;
  /**
   * The first part of a file whose CRC-32 is another than promised, or -1. `parts` has a line for each: first byte, byte behind the last, the CRC-32,
   * and text that it covers before the bytes. All threads read. Fails with an Error where the file can't be read or ends before.
   */
  verifyFile(path: string, parts: string, threads: ThreadsHandle): Promise<number>;
  /**
   * Encodes sentences: sentence i has `ids[starts[i] … starts[i + 1])`. Its softmax covers `candidates[candidateStarts[i] … candidateStarts[i + 1])`,
   * ascending, or without them all pieces. With `shared`, all threads work on it, else one.
   */
  startDecoding(
    model: ModelHandle,
    ids: Int32Array,
    starts: Int32Array,
    candidates: Int32Array | undefined,
    candidateStarts: Int32Array | undefined,
    shared: boolean,
  ): Promise<StateHandle>;
  /**
   * Keeps `rows` of the hypotheses where they are given, then feeds each its previous piece. Fills ids and logProbabilities [rows, count];
   * distribution [rows, vocabulary]; weights, the attention of each row over its source, row by row. One step at a time.
   */
  decodeStep(
    state: StateHandle,
    rows: Int32Array | undefined,
    previous: Int32Array,
    count: number,
    ids: Int32Array,
    logProbabilities: Float32Array,
    distribution: Float32Array | undefined,
    weights: Float32Array | undefined,
    shared: boolean,
  ): Promise<void>;
  /** Log-probabilities of given targets and of `end` after each: target i's begin at `targetStarts[i] + i`. */
  forceScore(
    model: ModelHandle,
    ids: Int32Array,
    starts: Int32Array,
    targetIds: Int32Array,
    targetStarts: Int32Array,
    begin: number,
    end: number,
    logProbabilities: Float32Array,
    shared: boolean,
  ): Promise<void>;
  /**
   * Weights of experts for given pairs: `gates` [layers with experts][positions][experts], the encoder's layers first, 0 for experts that a position
   * doesn't use. Positions are those of the sources, and `begin` and the pieces of each target.
   */
  expertGates(
    model: ModelHandle,
    ids: Int32Array,
    starts: Int32Array,
    targetIds: Int32Array,
    targetStarts: Int32Array,
    begin: number,
    gates: Float32Array,
    shared: boolean,
  ): Promise<void>;
  /**
   * Positions that experts have worked on since the model was opened: of each layer, the encoder's first, those of each expert, then all that the
   * layer has seen.
   */
  expertLoad(model: ModelHandle): number[];
  /** Of a model with a bound: bytes of packed experts now; since it was opened, uses of experts by a step each, how often one had to be packed for that, how often one was let go. */
  expertMemory(model: ModelHandle): [bytes: number, uses: number, packed: number, letGo: number];
  /** Lines [lines, width] of a matrix, or with `transposed` its columns, as 8-bit integers times a scale each. */
  quantizeMatrix(
    weights: Float32Array,
    lines: number,
    width: number,
    transposed: boolean,
    out: Int8Array,
    scales: Float32Array,
  ): void;
  /** Frees what a handle holds, as soon as no work under way uses it. */
  closeHandle(handle: ModelHandle | StateHandle | ThreadsHandle): void;
}
