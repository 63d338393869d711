/** The prefetching thread: makes a batch for every request. */
import { type MessagePort, workerData } from "node:worker_threads";
import { toPlain } from "../../base/plain-error.ts";
import { BatchReader, type TrainingDataOptions } from "./batch-reader.ts";
import { buffersOf, type PrefetchMessage, type PrefetchRequest } from "./prefetch-messages.ts";

export interface PrefetchWorkerData {
  options: TrainingDataOptions;
  port: MessagePort;
}

const { options, port } = workerData as PrefetchWorkerData;

function send(message: PrefetchMessage, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function fail(error: unknown): void {
  send({ kind: "error", error: toPlain(error) });
  port.close();
}

try {
  const reader = new BatchReader(options, (message) => send({ kind: "warning", message }));
  send({ kind: "ready", position: reader.position() });
  port.on("message", (_: PrefetchRequest) => {
    try {
      const batch = reader.next();
      send({ kind: "batch", batch, after: reader.position() }, buffersOf(batch));
    } catch (error) {
      fail(error);
    }
  });
  port.on("close", () => reader.close());
} catch (error) {
  fail(error);
}
