/** Where a training loop takes its batches from. */
import type { Batch } from "../../base/batch.ts";
import { BatchReader, type DataPosition, type TrainingDataOptions } from "./batch-reader.ts";

/** An endless supply of batches whose order depends on its options alone. */
export interface BatchSource {
  /** Throws DataError where a shard is damaged. */
  next(): Promise<Batch>;
  /** Start here, and the next batch is the one `next` would give now. */
  position(): DataPosition;
  close(): Promise<void>;
}

/** Reads each batch when it is asked for, in this thread. */
export function readInProcess(options: TrainingDataOptions): BatchSource {
  const reader = new BatchReader(options);
  return {
    next: async () => reader.next(),
    position: () => reader.position(),
    close: async () => reader.close(),
  };
}
