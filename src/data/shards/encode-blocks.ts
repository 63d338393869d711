/** Encodes the blocks of a corpus, here or in threads, and gives them back in order: the same blocks for any number of threads. */
import type { Worker } from "node:worker_threads";
import { DataError } from "../../base/errors.ts";
import { fromPlain } from "../../base/plain-error.ts";
import { startThread } from "../../base/threads/start-thread.ts";
import type { EncodeAnswer, EncodeWorkerData } from "./encode-worker.ts";
import {
  type EncodedBlock,
  type EncodingRules,
  type PairBlock,
  PairEncoder,
  type PieceEncoder,
} from "./pair-encoder.ts";

/** Blocks a thread has before it at most, a quarter of a MiB of text each: enough to work on while a shard is written. */
const QUEUED = 8;

/** A wordpiece model that can be sent to another thread. */
export interface PortableEncoder extends PieceEncoder {
  /** The file of a WordpieceModel. */
  toBytes(): Uint8Array;
}

/**
 * Encodes blocks on `workers` threads, or on this one if there are none. An error of a block, or of reading the next ones, is
 * thrown after all blocks before it were given. Throws DataError where a thread ends unexpectedly.
 */
export async function* encodeBlocks(
  blocks: AsyncIterable<PairBlock>,
  rules: EncodingRules,
  pieces: PortableEncoder,
  workers: number,
): AsyncGenerator<EncodedBlock> {
  if (workers === 0) {
    const encoder = await PairEncoder.create(rules, pieces);
    for await (const block of blocks) yield encoder.encode(block);
    return;
  }
  const model = pieces.toBytes();
  const threads = Array.from({ length: workers }, () => new EncodingThread({ rules, model }));
  const answers: Promise<EncodedBlock>[] = [];
  const reading = blocks[Symbol.asyncIterator]();
  let unread: { error: unknown } | undefined;
  try {
    for (let ended = false; !ended; ) {
      try {
        const next = await reading.next();
        if (next.done === true) ended = true;
        else answers.push(threads.reduce((a, b) => (b.queued < a.queued ? b : a)).encode(next.value));
      } catch (error) {
        unread = { error };
        ended = true;
      }
      while (answers.length > (ended ? 0 : QUEUED * workers)) yield await answers.shift()!;
    }
    if (unread !== undefined) throw unread.error;
  } finally {
    await reading.return?.();
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

class EncodingThread {
  private readonly worker: Worker;
  /** Who waits for an answer, in the order of the blocks. */
  private readonly waiting: { resolve: (block: EncodedBlock) => void; reject: (error: unknown) => void }[] = [];
  private failure: unknown;

  constructor(data: EncodeWorkerData) {
    this.worker = startThread(new URL("./encode-worker", import.meta.url), data);
    this.worker.on("message", (answer: EncodeAnswer) => {
      const { resolve, reject } = this.waiting.shift()!;
      if ("block" in answer) resolve(answer.block);
      else reject(fromPlain(answer.error));
    });
    this.worker.once("error", (cause) => this.fail(cause));
    this.worker.once("exit", () => this.fail());
  }

  /** Blocks it has not answered. */
  get queued(): number {
    return this.waiting.length;
  }

  /** The block's buffers go to the thread. */
  encode(block: PairBlock): Promise<EncodedBlock> {
    const answer = new Promise<EncodedBlock>((resolve, reject) => {
      if (this.failure !== undefined) reject(this.failure);
      else {
        this.waiting.push({ resolve, reject });
        const sides = block.target === undefined ? [block.source] : [block.source, block.target];
        this.worker.postMessage(
          block,
          sides.map(({ bytes }) => bytes.buffer as ArrayBuffer),
        );
      }
    });
    // Thrown when its turn comes.
    answer.catch(() => {});
    return answer;
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(cause?: unknown): void {
    this.failure ??= new DataError(
      `A thread that encodes has ended unexpectedly${cause === undefined ? "" : `: ${(cause as Error).message}`}.`,
      {
        nextStep:
          "Free memory, or prepare the corpus with fewer threads; the same command goes on from the last whole shard.",
        cause,
      },
    );
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }
}
