/** A result for the tests of pages: figures by hand, one layer of four experts. */
import type { RunPlan, RunResult } from "../../experiments/experiment.ts";

const balance = {
  importanceVariation: 0.5,
  loadVariation: 0.25,
  maximumLoad: 1.5,
  gateEntropy: 0.6,
  deadShare: 0.25,
  choiceAgreement: 0.75,
};

export function resultOfPlan({ row, seed, settings }: RunPlan, changed: Partial<RunResult> = {}): RunResult {
  return {
    ...{ row, seed, settings, finished: "2026-01-02T03:04:05.000Z", machine: "Some CPU, 8 GiB", threads: 2 },
    ...{ steps: 40, bestStep: 40, trainSeconds: 12.4, parameters: 1_234_567, maxMemoryGiB: 0.5 },
    curve: [
      { step: 20, perplexity: 60 },
      { step: 40, perplexity: 50 },
    ],
    trainBalance: [20, 40].map((step) => ({ step, experts: { moe1: balance } })),
    ...{ validPerplexity: 50, testPerplexity: 55 },
    heldOutUse: { moe1: { ...balance, positions: 100, shares: [0.5, 0.6, 0.4, 0.5], untaken: 0.03 } },
    ...changed,
  };
}
