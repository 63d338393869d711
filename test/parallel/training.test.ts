// Source of truth: one process that trains on the batches of all ranks in each step.
import { describe } from "vitest";
import { testParity } from "./parity.ts";
import { runThreads } from "./run-ranks.ts";
import { idleCases, type TrainingCase, trainingCases } from "./training-cases.ts";
import type { TrainingOutcome } from "./training-task.ts";

const some: readonly TrainingCase[] = [
  ["ragged batches", { gating: "noisy_top_k", pairs: [3, 1, 5] }],
  ["ragged batches, factored Adam", { gating: "noisy_top_k", pairs: [3, 1, 5], expertOptim: "factored_adam" }],
];

describe.each([1, 2, 3, 4, 8])("%i ranks that are threads train as one process does:", (size) => {
  const backend: TrainingCase = ["another backend", { gating: "noisy_top_k", backend: "cpu" }];
  const all = size === 2 ? [...trainingCases(size), backend] : size === 4 ? [...some, ...idleCases] : some;
  testParity(size, all, (task) => runThreads<TrainingOutcome[]>(size, task));
});
