/** Which launcher has started this process as one of several, told by what it leaves in the environment. */
import { CommunicationError } from "../../base/errors.ts";

/** Open MPI, or MPICH and what keeps its ABI. */
export type MpiFamily = "Open MPI" | "MPICH";

/** What a launcher says of the job. */
export interface Launcher {
  family: MpiFamily;
  /** Ranks of the job; undefined where only the library knows. */
  size: number | undefined;
  /** This process's place, before the library tells. */
  rank: number | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * undefined for a process of its own. Throws CommunicationError where Slurm has started several without a way to find each other: each would
 * take itself for the only one.
 */
export function launcherOf(environment: Environment): Launcher | undefined {
  const number = (name: string) => (environment[name] === undefined ? undefined : Number(environment[name]));
  if (environment["OMPI_COMM_WORLD_SIZE"] !== undefined) {
    return { family: "Open MPI", size: number("OMPI_COMM_WORLD_SIZE"), rank: number("OMPI_COMM_WORLD_RANK") };
  }
  if (environment["PMI_SIZE"] !== undefined) {
    return { family: "MPICH", size: number("PMI_SIZE"), rank: number("PMI_RANK") };
  }
  const tasks = number("SLURM_STEP_NUM_TASKS");
  if (environment["PMIX_RANK"] !== undefined) {
    return { family: "Open MPI", size: tasks, rank: number("PMIX_RANK") };
  }
  if (tasks === undefined || tasks <= 1) return undefined;
  throw new CommunicationError(`srun has started ${tasks} processes that cannot find each other`, {
    where: "SLURM_STEP_NUM_TASKS",
    nextStep: "Use srun --mpi=pmix with Open MPI, or srun --mpi=pmi2 with MPICH.",
  });
}
