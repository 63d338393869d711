/** Source of truth: the budget's definition, by hand: steps or minutes, whichever is spent first; 0 is no limit. */
import { describe, expect, test } from "vitest";
import { budgetReached, budgetSpent, endedBefore } from "../../src/training/stop-reason.ts";

const at = (step: number, trainSeconds: number) => ({ step, trainSeconds });

describe("the budget", () => {
  test.each([
    ["steps alone", at(25, 6000), 100, 0, 0.25, undefined],
    ["minutes alone", at(25, 90), 0, 2, 0.75, undefined],
    ["steps further than minutes", at(60, 30), 100, 2, 0.6, undefined],
    ["minutes further than steps", at(25, 90), 100, 2, 0.75, undefined],
    ["neither", at(25, 90), 0, 0, 0, undefined],
    ["steps reached before minutes", at(100, 60), 100, 2, 1, "steps"],
    ["minutes reached before steps", at(99, 120), 100, 2, 1, "minutes"],
    ["both reached", at(100, 121), 100, 2, 1, "steps"],
    ["more than was asked for", at(150, 0), 100, 0, 1, "steps"],
  ] as const)("%s", (_, spent, trainSteps, trainMinutes, share, reached) => {
    expect(budgetSpent(spent, { trainSteps, trainMinutes })).toBe(share);
    expect(budgetReached(spent, { trainSteps, trainMinutes })).toBe(reached);
  });
});

describe("a run that is over trains nothing again", () => {
  const limits = { trainSteps: 100, trainMinutes: 0, earlyStopping: 3 };
  const state = { ...at(100, 0), stale: 0, finished: true };
  test.each([
    ["its steps are done", state, "steps"],
    ["its last validation is still to be made", { ...state, finished: false }, undefined],
    ["patience is used up", { ...state, step: 40, finished: false, stale: 3 }, "early-stopping"],
    ["patience is left", { ...state, step: 40, finished: false, stale: 2 }, undefined],
  ] as const)("%s", (_, given, expected) => {
    expect(endedBefore(given, limits)).toBe(expected);
  });
});
