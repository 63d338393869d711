/** Starts threads of this folder's modules. */
import { type Transferable, Worker } from "node:worker_threads";

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
