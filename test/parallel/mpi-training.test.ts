// Source of truth: one process that trains on the batches of all ranks in each step. Jobs are real ones, of Open MPI and of MPICH.
import { describe } from "vitest";
import { jobs } from "../cluster/run-nmt.ts";
import { testParity } from "./parity.ts";
import { runMpi } from "./run-mpi.ts";
import { trainingCases } from "./training-cases.ts";
import type { TrainingOutcome } from "./training-task.ts";

describe.each(jobs)("$size processes of $family train as one does:", ({ family, size, missing }) => {
  testParity(size, trainingCases(size), (task) => runMpi<TrainingOutcome[]>(family, size, task), missing);
});
