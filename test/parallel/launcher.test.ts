// Source of truth: the variables that Open MPI's, MPICH's and Slurm's launchers were seen to set.
import { expect, test } from "vitest";
import { CommunicationError } from "../../src/base/errors.ts";
import { launcherOf } from "../../src/parallel/mpi/launcher.ts";

test("a process that no launcher has started", () => {
  expect(launcherOf({ PATH: "/bin" })).toBeUndefined();
});

test("mpirun of Open MPI, mpiexec of MPICH, srun of either", () => {
  expect(launcherOf({ OMPI_COMM_WORLD_SIZE: "4", OMPI_COMM_WORLD_RANK: "3", PMIX_RANK: "3" })).toEqual({
    family: "Open MPI",
    size: 4,
    rank: 3,
  });
  expect(launcherOf({ PMI_SIZE: "2", PMI_RANK: "1" })).toEqual({ family: "MPICH", size: 2, rank: 1 });
  expect(launcherOf({ SLURM_STEP_NUM_TASKS: "8", PMIX_RANK: "5" })).toEqual({ family: "Open MPI", size: 8, rank: 5 });
  expect(launcherOf({ SLURM_STEP_NUM_TASKS: "8", PMI_SIZE: "8", PMI_RANK: "0" })?.family).toBe("MPICH");
});

test("a step of Slurm of which Open MPI's daemons are the tasks is Open MPI's", () => {
  expect(launcherOf({ SLURM_STEP_NUM_TASKS: "2", OMPI_COMM_WORLD_SIZE: "16", OMPI_COMM_WORLD_RANK: "9" })?.size).toBe(
    16,
  );
});

test("srun without a process manager would start as many runs as tasks", () => {
  expect(() => launcherOf({ SLURM_STEP_NUM_TASKS: "2" })).toThrow(CommunicationError);
  expect(launcherOf({ SLURM_STEP_NUM_TASKS: "1" })).toBeUndefined();
});
