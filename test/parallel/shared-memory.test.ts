// Source of truth: sums and messages as their definition gives them, number by number (expected-outcome.ts).
import { expect, test } from "vitest";
import { alone } from "../../src/parallel/alone.ts";
import { type Outcome, run } from "./communicator-task.ts";
import { expectedOutcome } from "./expected-outcome.ts";
import { runThreads } from "./run-ranks.ts";

const task = { module: new URL("./communicator-task", import.meta.url) };

test.each([1, 2, 3, 4, 8])("%i threads sum and exchange", async (size) => {
  const outcomes = await runThreads<Outcome>(size, task);
  expect(outcomes).toEqual(outcomes.map((_, rank) => expectedOutcome(rank, size, false)));
});

test("a process of its own is the only rank", async () => {
  expect(await run(alone)).toEqual(expectedOutcome(0, 1, false));
});
