// Source of truth: the same work done by one, number by number; parts counted by hand.
import { describe, expect, test } from "vitest";
import { alone } from "../../src/parallel/alone.ts";
import { partsByWeight } from "../../src/parallel/parts.ts";
import { type LedOutcome, run } from "./led-work-task.ts";
import { runThreads } from "./run-ranks.ts";

const module = new URL("./led-work-task", import.meta.url);
// Windows with fewer numbers than ranks, one without any, one large.
const windows = [10, 1, 0, 2, 7, 30_000];
const squares = Array.from({ length: windows.reduce((sum, each) => sum + each) }, (_, i) => i * i);

describe("work that rank 0 hands out", () => {
  test.each([1, 2, 3, 4])("comes back in order from %i ranks, which have their next part by then", async (size) => {
    const outcomes = await runThreads<LedOutcome>(size, { module, input: { windows } });
    expect(outcomes[0]!.squares).toEqual(squares);
    expect(outcomes.slice(1).every((each) => each.squares.length === 0)).toBe(true);
  });

  test("is done by a process of its own", async () => {
    expect(await run(alone, { windows })).toEqual({ squares, most: 2 });
  });

  test.each([0, 9])("that fails on some rank ends the job: number %i", async (fails) => {
    await expect(runThreads(3, { module, input: { windows, fails } })).rejects.toThrow(`the work of ${fails}`);
  });
});

describe("parts by weight", () => {
  const weigh = (weight: number) => weight;

  test("are of nearly equal weight, in order", () => {
    expect(partsByWeight([1, 1, 1, 1], 2, weigh)).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(partsByWeight([4, 1, 1, 2], 2, weigh)).toEqual([[4], [1, 1, 2]]);
    expect(partsByWeight([1, 1, 8], 2, weigh)).toEqual([[1, 1], [8]]);
  });

  test("may have nothing", () => {
    expect(partsByWeight([], 2, weigh)).toEqual([[], []]);
    expect(partsByWeight([9], 3, weigh)).toEqual([[], [9], []]);
  });
});
