/** Starts threads of the toolkit's modules, and carries errors between threads. */
import { type Transferable, Worker, type WorkerOptions } from "node:worker_threads";
import { ConfigError, DataError, TranslationError, WordpieceError } from "./errors.ts";

export interface ThreadOptions extends Pick<WorkerOptions, "resourceLimits"> {
  transferList?: Transferable[];
}

/**
 * A thread that runs a module, which is named without its ending: it is JavaScript when installed, TypeScript in the source tree.
 *
 * @example
 * startThread(new URL("./encode-worker", import.meta.url), { blocks: 3 });
 */
export function startThread(module: URL, workerData: object, options: ThreadOptions = {}): Worker {
  const { start, thread } = moduleOf(module);
  return new Worker(new URL(start), { ...options, workerData: { ...workerData, thread } });
}

function moduleOf({ href }: URL): { start: string; thread: string } {
  const thread = `${href}.ts`;
  if (!import.meta.url.endsWith(".ts")) return { start: `${href}.js`, thread };
  const readsTypescript = "typescript" in process.features && process.features.typescript !== false;
  // A thread does not inherit the loader of the process.
  return { start: readsTypescript ? thread : new URL("./thread.source.mjs", import.meta.url).href, thread };
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

const classes = new Map([DataError, ConfigError, TranslationError, WordpieceError].map((type) => [type.name, type]));

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
