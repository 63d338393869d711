/** Commands that several processes run together, started by mpirun, mpiexec or srun. */
import { writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { CommunicationError, formatError, UsageError } from "../base/errors.ts";
import { setLogSink } from "../base/logger.ts";
import type { Communicator } from "../parallel/communicator.ts";
import { joinJob } from "../parallel/join.ts";

/** Milliseconds that a rank waits before it tells of an error that all of them may have: one message is enough. */
const OTHERS_FIRST = 1000;

/**
 * Joins the job of this process, does the work and leaves the job when all ranks have done theirs. Where a rank fails it says so, with its number and
 * machine, and the job ends; a process of its own throws as ever.
 */
export async function asRank(work: (ranks: Communicator) => Promise<void>): Promise<void> {
  const ranks = await joinJob();
  if (ranks.size === 1) return work(ranks);
  // One terminal is enough for all.
  if (ranks.rank > 0) setLogSink(() => {});
  try {
    await work(ranks);
    await ranks.close();
  } catch (error) {
    const late = error instanceof CommunicationError ? 2 : ranks.rank === 0 ? 0 : 1;
    await setTimeout(OTHERS_FIRST * late);
    writeSync(2, `rank ${ranks.rank} of ${ranks.size}, on ${ranks.hosts[ranks.rank]}: ${formatError(error)}\n`);
    // The end of one rank is that of the job (parallel/mpi/join.ts).
    process.exit(error instanceof UsageError ? 2 : 1);
  }
}
