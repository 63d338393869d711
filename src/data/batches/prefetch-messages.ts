/** What the prefetching thread and its owner say to each other. */

import type { Batch } from "../../base/batch.ts";
import type { PlainError } from "../../base/plain-error.ts";
import type { DataPosition } from "./batch-reader.ts";

/** From the owner: one more batch is wanted. */
export type PrefetchRequest = "more";

/** From the thread. */
export type PrefetchMessage =
  | { kind: "ready"; position: DataPosition }
  | { kind: "batch"; batch: Batch; after: DataPosition }
  | { kind: "warning"; message: string }
  | { kind: "error"; error: PlainError };

/** The buffers of a batch, all its own, so that it changes threads without a copy. */
export function buffersOf(batch: Batch): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const visit = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) buffers.add(value.buffer as ArrayBuffer);
    else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) visit(part);
  };
  visit(batch);
  return [...buffers];
}
