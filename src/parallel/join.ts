/** The job that this process belongs to. */
import { alone } from "./alone.ts";
import type { Communicator } from "./communicator.ts";
import { launcherOf } from "./mpi/launcher.ts";

/**
 * Joins the job that a launcher (mpirun, mpiexec, srun) has started this process for; a process of its own is the only rank.
 * Throws CommunicationError.
 */
export async function joinJob(): Promise<Communicator> {
  // Without a launcher no addon is needed.
  if (launcherOf(process.env) === undefined) return alone;
  const { joinMpi } = await import("./mpi/join.ts");
  return (await joinMpi()) ?? alone;
}
