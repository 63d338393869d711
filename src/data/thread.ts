/** Starts threads of this folder's modules, and carries errors between threads. */
import { type Transferable, Worker } from "node:worker_threads";
import { ConfigError, DataError, WordpieceError } from "../base/errors.ts";

/** A thread that runs the module beside this one: JavaScript when installed, TypeScript in the source tree. */
export function startThread(thread: string, workerData: object, transferList: Transferable[] = []): Worker {
  return new Worker(new URL(moduleOf(thread), import.meta.url), {
    workerData: { ...workerData, thread },
    transferList,
  });
}

function moduleOf(thread: string): string {
  if (!import.meta.url.endsWith(".ts")) return `./${thread}.js`;
  const readsTypescript = "typescript" in process.features && process.features.typescript !== false;
  // A thread does not inherit the loader of the process.
  return readsTypescript ? `./${thread}.ts` : "./thread.source.mjs";
}

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

const classes = new Map([DataError, ConfigError, WordpieceError].map((type) => [type.name, type]));

/** The error again, of the class it had. */
export function fromPlain({ name, message, where, nextStep, stack }: PlainError): Error {
  const type = classes.get(name);
  if (type !== undefined) {
    return new type(message, { ...(where !== undefined && { where }), ...(nextStep !== undefined && { nextStep }) });
  }
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
