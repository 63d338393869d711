/**
 * A parent for each rank of MPICH that tells when the rank is killed. The launcher would name a process, not a rank, and ends all others in the same moment, so
 * that none of them can tell. Open MPI's launcher names the rank itself.
 */
import { spawnSync } from "node:child_process";
import { writeSync } from "node:fs";
import { constants, hostname } from "node:os";
import { CommunicationError, formatError } from "../../base/errors.ts";
import { launcherOf } from "./launcher.ts";

/** In the environment of the rank itself. */
const WATCHED = "NMT_WATCHED";

/**
 * Runs this process's command as its child and ends as that one does, in a process that MPICH has started; returns in any other, the child's included. To be
 * called before anything else is done. Throws CommunicationError where no process can be started.
 */
export function watchRank(): void {
  const { family, rank, size = 1 } = launcherOf(process.env) ?? {};
  if (family !== "MPICH" || size === 1 || process.env[WATCHED] !== undefined) return;
  // Launchers send signals to all processes of a rank, and the rank decides what they mean.
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1", "SIGUSR2"] as const) process.on(signal, () => {});
  // The child's connection to the launcher. This process has it too, or the launcher would end the job before anything is told.
  const { PMI_FD: connection } = process.env;
  const { status, signal, error } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ["inherit", "inherit", "inherit", ...(connection === undefined ? [] : [Number(connection)])],
    env: { ...process.env, [WATCHED]: "1", ...(connection !== undefined && { PMI_FD: "3" }) },
  });
  if (error !== undefined) {
    throw new CommunicationError(`rank ${rank} could not be started: ${error.message}`, {
      cause: error,
      where: process.execPath,
      nextStep: "See whether the machine has memory and processes left.",
    });
  }
  if (signal !== null) {
    const killed = new CommunicationError(`the process was killed by ${signal}`, {
      nextStep: "Look into the machine's log, for a lack of memory; the same command goes on from the last checkpoint.",
    });
    writeSync(2, `rank ${rank} of ${size}, on ${hostname()}: ${formatError(killed)}\n`);
  }
  process.exit(status ?? 128 + constants.signals[signal!]);
}
