/** Source of truth: sums and means by hand; a report is of what came since the one before. */
import { expect, test } from "vitest";
import type { TrainableModel } from "../../src/model/trainable-model.ts";
import { ExpertBalance } from "../../src/moe/expert-balance.ts";
import { ReportWindow } from "../../src/training/report-window.ts";
import type { TrainStepResult } from "../../src/training/train-step.ts";
import { freshState } from "../../src/training/trainer-state.ts";

const balance = new ExpertBalance(2);
const model = { moeLayers: [{ name: "moe", balance }] } as unknown as TrainableModel;
const limits = { trainSteps: 10, trainMinutes: 0, earlyStopping: 0 };

const first: TrainStepResult = {
  targetTokens: 10,
  sourceTokens: 8,
  smoothedLoss: 40,
  negativeLogLikelihood: 30,
  balanceLoss: 0.5,
  gradientNorm: 3,
  alignmentLoss: 0,
  alignedPositions: 0,
};
const second: TrainStepResult = {
  targetTokens: 30,
  sourceTokens: 22,
  smoothedLoss: 80,
  negativeLogLikelihood: 50,
  balanceLoss: 1.5,
  gradientNorm: 5,
  alignmentLoss: 12,
  alignedPositions: 8,
};
const stateAt = (step: number, trainSeconds: number) => ({ ...freshState(), step, trainSeconds });

/** Both positions go to `expert`, with all of their gate. */
const chosen = (expert: number) => balance.count([1, 1], { experts: Int32Array.of(expert, expert) }, 2);

test("figures are of all steps since the last report: losses a token, the rest a step, rates a second", () => {
  const window = new ReportWindow(model);
  chosen(0);
  window.add(first, 0.5, 2, { underWay: 0.5, waited: 0.25 });
  window.add(second, 0.5, 3, { underWay: 1.5, waited: 0.25 });
  expect(window.report(stateAt(2, 5), 0.1, limits)).toMatchObject({
    ...{ step: 2, done: 0.2, loss: 3, perplexity: Math.exp(2), balanceLoss: 1, learningRate: 0.1, gradientNorm: 4 },
    ...{ targetTokensPerSecond: 8, sourceTokensPerSecond: 6, dataWait: 0.2, secondsLeft: 20, alignmentLoss: 1.5 },
    communication: { share: 0.4, hidden: 0.75 },
    experts: { moe: { maximumLoad: 2, deadShare: 0.5 } },
  });

  chosen(0);
  chosen(1);
  window.add(first, 0, 1);
  const next = window.report(stateAt(3, 6), 0.2, limits);
  expect(next).not.toHaveProperty("alignmentLoss");
  expect(next).not.toHaveProperty("communication");
  expect(next).toMatchObject({
    ...{ step: 3, done: 0.3, loss: 4, perplexity: Math.exp(3), balanceLoss: 0.5, learningRate: 0.2, gradientNorm: 3 },
    ...{ targetTokensPerSecond: 10, sourceTokensPerSecond: 8, dataWait: 0 },
    experts: { moe: { maximumLoad: 1, loadVariation: 0, deadShare: 0 } },
  });
});
