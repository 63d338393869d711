/** Batches made ahead of the training step by a worker thread, in the same order as without it. */

import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from "node:worker_threads";
import type { Batch } from "../../base/batch.ts";
import { DataError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { fromPlain } from "../../base/plain-error.ts";
import { startThread } from "../../base/threads/start-thread.ts";
import type { DataPosition, TrainingDataOptions } from "./batch-reader.ts";
import type { BatchSource } from "./batch-source.ts";
import type { PrefetchMessage, PrefetchRequest } from "./prefetch-messages.ts";

/** Starts the thread, which keeps up to `ahead` batches ready. Throws what the in-process source would. */
export async function prefetch(options: TrainingDataOptions, ahead: number): Promise<BatchSource> {
  const source = new PrefetchedSource(options);
  await source.start(ahead);
  return source;
}

class PrefetchedSource implements BatchSource {
  private readonly port: MessagePort;
  private readonly worker: Worker;
  private readonly ready: { batch: Batch; after: DataPosition }[] = [];
  private current: DataPosition | undefined;
  private failure: Error | undefined;
  private closed = false;
  /** Wakes whoever waits for a message. */
  private wake: (() => void) | undefined;

  constructor(options: TrainingDataOptions) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.port.on("message", (message: PrefetchMessage) => this.receive(message));
    this.worker = startThread(
      new URL("./prefetch-worker", import.meta.url),
      { options, port: port2 },
      { transferList: [port2] },
    );
    this.worker.once("error", (error) => this.fail(error));
    this.worker.once("exit", () =>
      this.fail(new DataError("The thread that prepares batches has ended unexpectedly.")),
    );
    // Only a pending `next` keeps the process alive.
    this.port.unref();
    this.worker.unref();
  }

  async start(ahead: number): Promise<void> {
    while (this.current === undefined) await this.wait();
    for (let i = 0; i < ahead; i++) this.request();
  }

  async next(): Promise<Batch> {
    while (this.ready.length === 0) await this.wait();
    const { batch, after } = this.ready.shift()!;
    this.current = after;
    this.request();
    return batch;
  }

  position(): DataPosition {
    return this.current!;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.port.close();
    await this.worker.terminate();
  }

  private request(): void {
    this.port.postMessage("more" satisfies PrefetchRequest);
  }

  /** Takes what has arrived, or waits until something does. Batches made before a failure still count. */
  private async wait(): Promise<void> {
    // A busy event loop may not have delivered them yet.
    let received = receiveMessageOnPort(this.port);
    if (received !== undefined) {
      for (; received !== undefined; received = receiveMessageOnPort(this.port)) this.receive(received.message);
      return;
    }
    if (this.failure !== undefined) throw this.failure;
    this.port.ref();
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    this.port.unref();
  }

  private receive(message: PrefetchMessage): void {
    if (message.kind === "batch") this.ready.push(message);
    else if (message.kind === "ready") this.current = message.position;
    else if (message.kind === "warning") log.warn(message.message);
    else this.failure ??= fromPlain(message.error);
    this.wake?.();
  }

  private fail(error: Error): void {
    if (!this.closed) this.failure ??= error;
    this.wake?.();
  }
}
