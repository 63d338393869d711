// Source of truth: one process that trains on the batches of all ranks in each step.
import { beforeAll, describe, expect, test } from "vitest";
import { alone } from "../../src/parallel/alone.ts";
import { probeForTests } from "../backends/native-required.ts";
import { expectParity } from "./parity.ts";
import { runThreads } from "./run-ranks.ts";
import { run, type TrainingInput, type TrainingOutcome } from "./training-task.ts";

const module = new URL("./training-task", import.meta.url);
const base: TrainingInput = {
  backend: "native",
  expertOptim: "adam",
  expertParallel: true,
  batches: 2,
  pairs: [3, 5],
};

async function compare(size: number, given: Partial<TrainingInput>): Promise<TrainingOutcome[]> {
  const input = { ...base, ...given };
  const one = await run(alone, input);
  const ranks = await runThreads<TrainingOutcome>(size, { module, input });
  expectParity(ranks, one);
  return ranks;
}

beforeAll(async () => {
  const { usable } = await probeForTests("native");
  expect(usable).toBe(true);
});

describe("two ranks train as one process does", () => {
  test.each<[string, Partial<TrainingInput>]>([
    ["without experts", {}],
    ["dense gates", { gating: "dense" }],
    ["noisy top-k", { gating: "noisy_top_k" }],
    ["hierarchical", { gating: "hierarchical", moe: { numGroups: 4, numGroupsPerToken: 2, numExpertsPerToken: 1 } }],
    ["strictly balanced", { gating: "strictly_balanced" }],
    ["router z-loss", { gating: "noisy_top_k", moe: { routerZLossWeight: 0.01 } }],
    ["factored Adam", { gating: "noisy_top_k", expertOptim: "factored_adam" }],
    [
      "factored Adam, a shared expert",
      { gating: "noisy_top_k", expertOptim: "factored_adam", moe: { sharedExpertHiddenSize: 8 } },
    ],
    ["gated experts", { gating: "noisy_top_k", moe: { expertActivation: "glu" } }],
    ["experts on every rank", { gating: "noisy_top_k", expertParallel: false }],
    [
      "experts on every rank, factored Adam",
      { gating: "noisy_top_k", expertParallel: false, expertOptim: "factored_adam" },
    ],
    ["accumulation", { gating: "noisy_top_k", batches: 4, pairs: [3, 1, 6, 2] }],
    ["accumulation, hierarchical", { gating: "hierarchical", moe: { numGroups: 2 }, batches: 4, pairs: [3, 1, 6, 2] }],
    ["accumulation, factored Adam", { gating: "noisy_top_k", expertOptim: "factored_adam", batches: 4 }],
    ["another backend", { gating: "noisy_top_k", backend: "cpu" }],
  ])("%s", async (_, input) => {
    await compare(2, input);
  });
});

test.each([1, 3, 4, 8])("%i ranks", async (size) => {
  await compare(size, { gating: "noisy_top_k", batches: size, pairs: [3, 1, 5] });
  await compare(size, { gating: "noisy_top_k", batches: size, pairs: [3, 1, 5], expertOptim: "factored_adam" });
});

test("ranks whose experts no position needs", async () => {
  // One pair a rank and one expert a position: most of the eight experts have nothing to do.
  const input = { gating: "noisy_top_k", pairs: [1], batches: 4, moe: { numExpertsPerToken: 1 } } as const;
  await compare(4, input);
  await compare(4, { ...input, expertOptim: "factored_adam" });
});
