/** What the prefetching thread and its owner say to each other. */
import * as errors from "../base/errors.ts";
import type { TranslationBatch } from "./batch.ts";
import type { DataPosition } from "./batch-reader.ts";

/** From the owner: one more batch is wanted. */
export type PrefetchRequest = "more";

/** From the thread. */
export type PrefetchMessage =
  | { kind: "ready"; position: DataPosition }
  | { kind: "batch"; batch: TranslationBatch; after: DataPosition }
  | { kind: "warning"; message: string }
  | { kind: "error"; error: PlainError };

/** An error as it crosses threads, where classes are lost. */
export interface PlainError {
  name: string;
  message: string;
  where?: string | undefined;
  nextStep?: string | undefined;
  stack?: string | undefined;
}

export function toPlain(error: unknown): PlainError {
  const { name, message, where, nextStep, stack } = error as PlainError;
  return { name, message, where, nextStep, stack };
}

/** The error again, of the class it had. */
export function fromPlain({ name, message, where, nextStep, stack }: PlainError): Error {
  const details = { ...(where === undefined ? {} : { where }), ...(nextStep === undefined ? {} : { nextStep }) };
  switch (name) {
    case "DataError":
      return new errors.DataError(message, details);
    case "ConfigError":
      return new errors.ConfigError(message, details);
    default: {
      const error = new Error(message);
      if (stack !== undefined) error.stack = stack;
      return error;
    }
  }
}

/** The buffers of a batch, all its own, so that it changes threads without a copy. */
export function buffersOf(batch: TranslationBatch): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const visit = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) buffers.add(value.buffer as ArrayBuffer);
    else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) visit(part);
  };
  visit(batch);
  return [...buffers];
}
