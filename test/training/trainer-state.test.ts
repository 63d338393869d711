// Source of truth: the fields' own meaning: counters are whole and not negative, and a state belongs to one step.
import { expect, it } from "vitest";
import { freshState, stateProblem } from "../../src/training/trainer-state.ts";

const sound = {
  ...freshState(),
  step: 5,
  pass: 9,
  trainSeconds: 0.5,
  position: { epoch: 0, batchInEpoch: 3, data: "x" },
};

it("is sound after a trip through JSON, with and without a best score", () => {
  for (const best of [undefined, { step: 2, value: Number.NaN }]) {
    expect(stateProblem(JSON.parse(JSON.stringify({ ...sound, best })), 5)).toBeUndefined();
  }
});

it.each([
  [{ pass: -1 }, "pass is -1"],
  [{ stale: "2" }, "stale is 2"],
  [{ targetTokens: 0.5 }, "targetTokens is 0.5"],
  [{ trainSeconds: Number.NaN }, "trainSeconds is NaN"],
  [{ finished: undefined }, "finished is undefined"],
  [{ step: 6 }, "it is of step 6, not 5"],
  [{ position: { epoch: -1, batchInEpoch: 0, data: "x" } }, "position is"],
  [{ position: null }, "position is null"],
  [{ best: { value: 3 } }, "best is"],
])("names what is wrong: %j", (change, problem) => {
  expect(stateProblem({ ...sound, ...change }, 5)).toContain(problem);
});
