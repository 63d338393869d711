/** A thread that is one rank of `runThreads`. */
import { parentPort, workerData } from "node:worker_threads";
import { SharedMemoryRank } from "../../src/parallel/shared-memory.ts";

const { memory, rank, size, module, input } = workerData;
const ranks = new SharedMemoryRank(memory, rank, size);
try {
  const { run } = await import(module);
  const result = await run(ranks, input);
  parentPort!.postMessage({ result });
} catch (error) {
  ranks.fail();
  parentPort!.postMessage({ error: (error as Error).stack });
}
