/** Training by four ranks of Open MPI, each on a host of its own where the system allows network namespaces. Any of them may be killed. */

import { hostsAllowed, NetworkHosts } from "../../bench/cluster/network-hosts.ts";
import { Random } from "../../src/base/random.ts";
import { MARK, rankProcesses } from "../cluster/job-processes.ts";
import { writeRun } from "../cluster/toy-run.ts";
import { launcher } from "../parallel/run-mpi.ts";
import type { OpenTask } from "./kill-task.ts";
import { runContent } from "./run-content.ts";

const RANKS = 4;

export const ranksTask: OpenTask = async (folder, { nmt, seed }) => {
  const random = new Random(seed);
  const mpirun = launcher("Open MPI");
  if (mpirun === undefined) throw new Error("ranks need Open MPI's launcher");
  const { config, model } = writeRun(folder, "model", { train_steps: 120, keep_checkpoint: 3 });
  const hosts = hostsAllowed() ? new NetworkHosts(RANKS) : undefined;
  const options = hosts?.launcherOptions ?? ["--bind-to", "none", "--oversubscribe"];
  const program = [process.execPath, ...nmt, "train", "--config", config];
  const mark = `${process.pid}-kills`;
  const job = [mpirun, ...options, "-x", MARK, "-n", String(RANKS), ...program];
  const [command, ...words] = [...(hosts?.on(0) ?? []), ...job];
  return {
    ...{ command: command!, words, output: model, kept: [], contentOf: runContent },
    env: { [MARK]: mark, OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" },
    kill: () => {
      const ranks = [...rankProcesses(mark).values()];
      // Before there are ranks nothing can be lost.
      if (ranks.length > 0) process.kill(ranks[random.integer(ranks.length)]!, "SIGKILL");
    },
    close: () => hosts?.remove(),
  };
};
