/** Source of truth: the number of tasks that are under way whenever one begins, and the order in which they begin. */
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { Turns } from "../../../src/base/threads/turns.ts";

/** Tasks that each take `turns` turns of the event loop; `log` has the tasks under way as each begins. */
function tasks(turns: readonly number[]) {
  const begun: number[] = [];
  const log: number[] = [];
  let underWay = 0;
  const run = turns.map((count, i) => async () => {
    begun.push(i);
    log.push(++underWay);
    for (let turn = 0; turn < count; turn++) await setImmediate();
    underWay--;
    return i * 10;
  });
  return { run, begun, log };
}

test.each([1, 2, 3])("%i at once: no more, no fewer while some wait, and first come first served", async (limit) => {
  const { run, begun, log } = tasks([3, 1, 2, 0, 4, 1, 1]);
  const results = await new Turns(limit).takeAll(run);
  expect(results).toEqual([0, 10, 20, 30, 40, 50, 60]);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(log).toEqual([1, 2, 3, 3, 3, 3, 3].map((most) => Math.min(most, limit)));
});

test("a failed task hands its turn on, and its error is its own", async () => {
  const turns = new Turns(1);
  const failed = turns.take(async () => {
    throw new Error("one");
  });
  const next = turns.take(async () => 2);
  await expect(failed).rejects.toThrow("one");
  expect(await next).toBe(2);
});

test("all: after a failure none begins, those under way are waited for, and the first failure is told", async () => {
  const { run, begun } = tasks([0, 5, 0, 0]);
  let ended = false;
  const list = [
    async () => {
      await run[0]!();
      throw new Error("first");
    },
    async () => {
      await run[1]!();
      ended = true;
      throw new Error("second");
    },
    run[2]!,
    run[3]!,
  ];
  await expect(new Turns(2).takeAll(list)).rejects.toThrow("first");
  expect(ended).toBe(true);
  expect(begun).toEqual([0, 1]);
});
