/** How many threads computation has: what is asked for, within limits, or all cores. */
import { availableParallelism } from "node:os";
import { UsageError } from "./errors.ts";

/** The most that the native backend's thread group may have (`kMostThreads` in native/src/threads/thread_group.h). */
export const MOST_THREADS = 1024;

/**
 * `wanted` threads, or for 0 as many as this process may use cores: affinity and launchers that pin it count.
 * Throws UsageError for anything but a whole number from 0 to `MOST_THREADS`.
 *
 * @example threadCount(0) // 2 where the process is pinned to two cores
 */
export function threadCount(wanted = 0): number {
  if (Number.isInteger(wanted) && wanted >= 0 && wanted <= MOST_THREADS) return wanted || availableParallelism();
  throw new UsageError(`threads is ${wanted}`, {
    nextStep: `Give a whole number from 1 to ${MOST_THREADS}, or 0 for all cores.`,
  });
}
