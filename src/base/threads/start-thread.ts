/** Starts threads of the toolkit's modules. */
import { type Transferable, Worker, type WorkerOptions } from "node:worker_threads";

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
  return { start: readsTypescript ? thread : new URL("./start-thread.source.mjs", import.meta.url).href, thread };
}
