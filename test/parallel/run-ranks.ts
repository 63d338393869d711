/** Runs the same function on several ranks: threads of this process, or processes that an MPI launcher starts. */
import { startThread } from "../../src/base/threads/start-thread.ts";
import { sharedMemory } from "../../src/parallel/shared-memory.ts";

/** What a task's module exports: `run(ranks, input)`, whose result is plain data. */
export interface RankTask {
  /** Module, without its ending. */
  module: URL;
  input?: unknown;
}

/** Results of all ranks, in their order. Rejects with the first error of any. */
export async function runThreads<Result>(size: number, { module, input = null }: RankTask): Promise<Result[]> {
  const memory = sharedMemory(size);
  const results = Array.from(
    { length: size },
    (_, rank) =>
      new Promise<Result>((resolve, reject) => {
        const data = { memory, rank, size, module: `${module.href}.ts`, input };
        const thread = startThread(new URL("./rank-thread", import.meta.url), data);
        thread.once("message", (message: { result: Result } | { error: string }) => {
          if ("error" in message) reject(new Error(`rank ${rank}: ${message.error}`));
          else resolve(message.result);
        });
        thread.once("error", reject);
      }),
  );
  const settled = await Promise.allSettled(results);
  // One that failed makes the others fail too: the cause comes first.
  const failures = settled.flatMap((each) => (each.status === "rejected" ? [String(each.reason.message)] : []));
  const cause = failures.find((text) => !text.includes("another rank has failed")) ?? failures[0];
  if (cause !== undefined) throw new Error(cause);
  return settled.map((each) => (each as PromiseFulfilledResult<Result>).value);
}
