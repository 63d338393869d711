/** Joins the job that a launcher has started this process for. */
import { writeSync } from "node:fs";
import { loadAddon } from "../../backends/native/addon.ts";
import { CommunicationError, formatError } from "../../base/errors.ts";
import { type Launcher, launcherOf, type MpiFamily } from "./launcher.ts";
import { findMpi } from "./library.ts";
import { MpiRank, PATIENCE } from "./mpi-rank.ts";

const packages: Readonly<Record<MpiFamily, string>> = {
  "Open MPI": "openmpi-bin (Debian, Ubuntu) or openmpi (Fedora, Homebrew)",
  MPICH: "mpich",
};

/**
 * This process's rank; undefined where no launcher has started it, or as the only one. From here on the job ends, with a code other than 0, if this
 * process ends without `close`. Throws CommunicationError where the library is missing, or knows nothing of the job.
 */
export async function joinMpi(): Promise<MpiRank | undefined> {
  const launcher = launcherOf(process.env);
  if (launcher === undefined || launcher.size === 1) return undefined;
  const library = findMpi(launcher.family);
  if (library === undefined) {
    throw new CommunicationError(`${launcher.family} has started this process, but its library cannot be loaded`, {
      where: process.env["NMT_MPI"] ?? "libmpi.so",
      nextStep: `Install ${packages[launcher.family]} on every machine, or name the library's file by NMT_MPI.`,
    });
  }
  const addon = loadAddon();
  try {
    await addon.mpiOpen(library.path, PATIENCE);
  } catch (error) {
    throw new CommunicationError(`MPI could not be started: ${(error as Error).message}`, {
      cause: error,
      where: `${library.path} (${library.version})`,
      nextStep: "See nmt doctor, and try the launcher with another program.",
    });
  }
  // MPICH's launchers take a rank that leaves in silence for one that has done its work.
  process.on("uncaughtExceptionMonitor", (error) => writeSync(2, `${formatError(error)}\n`)); // The job ends before Node would say it.
  process.on("exit", (code) => addon.mpiAbort(code === 0 ? 1 : code));
  const rank = new MpiRank(addon, library.version);
  refuseSingleton(launcher, rank);
  await rank.meet();
  return rank;
}

/** A library that the launcher knows nothing of starts as many jobs of one rank, each of which would train on its own. */
function refuseSingleton({ family, size }: Launcher, { size: found, transport }: MpiRank): void {
  if (size === undefined ? found > 1 : found === size) return;
  const commands = family === "Open MPI" ? "mpirun, or srun --mpi=pmix" : "mpiexec, or srun --mpi=pmi2";
  throw new CommunicationError(`the launcher has started ${size ?? "several"} ranks, but the library sees ${found}`, {
    where: transport,
    nextStep: `Use the launcher that belongs to the library: that of ${family} is ${commands}.`,
  });
}
