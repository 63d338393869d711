/** What ranks must train as one process does, whatever carries their messages. */
import type { TrainingInput } from "./training-task.ts";

/** A case by name: what it has otherwise than `baseInput`. */
export type TrainingCase = readonly [name: string, given: Partial<TrainingInput>];

/** One batch a rank, of 3 and 5 pairs by turns. */
export function baseInput(size: number): TrainingInput {
  return { backend: "native", expertOptim: "adam", expertParallel: true, batches: size, pairs: [3, 5] };
}

/** Steps of two batches a rank, none as long as another. */
const accumulated = (size: number) => ({ batches: 2 * size, pairs: [3, 1, 6, 2] });

/** Name of cases in which some layer of some step has no position for any expert of some rank. */
export const IDLE = "a rank whose experts no position needs";

/** Two positions a batch, of one expert each, and noise that leaves a rank of 2, 3 or 4 without one. */
const idle: Partial<TrainingInput> = {
  ...{ gating: "noisy_top_k", pairs: [1], longest: 1, moe: { numExpertsPerToken: 1 }, seed: 29 },
};

/** Gates, optimisers and steps of `size` ranks. */
export function trainingCases(size: number): TrainingCase[] {
  const factored = { gating: "noisy_top_k", expertOptim: "factored_adam" } as const;
  return [
    ["without experts", {}],
    ["dense gates", { gating: "dense" }],
    ["noisy top-k", { gating: "noisy_top_k" }],
    ["hierarchical", { gating: "hierarchical", moe: { numGroups: 4, numGroupsPerToken: 2, numExpertsPerToken: 1 } }],
    ["strictly balanced", { gating: "strictly_balanced" }],
    ["router z-loss", { gating: "noisy_top_k", moe: { routerZLossWeight: 0.01 } }],
    ["factored Adam", factored],
    ["factored Adam, a shared expert", { ...factored, moe: { sharedExpertHiddenSize: 8 } }],
    ["gated experts", { gating: "noisy_top_k", moe: { expertActivation: "glu" } }],
    ["experts on every rank", { gating: "noisy_top_k", expertParallel: false }],
    ["experts on every rank, factored Adam", { ...factored, expertParallel: false }],
    ["ragged batches", { gating: "noisy_top_k", pairs: [3, 1, 5] }],
    ["accumulation", { gating: "noisy_top_k", ...accumulated(size) }],
    ["accumulation, hierarchical", { gating: "hierarchical", moe: { numGroups: 2 }, ...accumulated(size) }],
    ["accumulation, factored Adam", { ...factored, batches: 2 * size }],
    ...idleCases,
  ];
}

/** Cases of so few positions. */
export const idleCases: readonly TrainingCase[] = [
  [IDLE, idle],
  [`${IDLE}, factored Adam`, { ...idle, expertOptim: "factored_adam" }],
];
