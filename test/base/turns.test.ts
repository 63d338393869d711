// Source of truth: the promise of at most so many tasks at once, first come first served.
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { Turns } from "../../src/base/turns.ts";

test.each([1, 2, 5])("at most %i at once, in the order they came, and all of them in the end", async (most) => {
  const turns = new Turns(most);
  let running = 0;
  let highest = 0;
  const started: number[] = [];
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      turns.take(async () => {
        started.push(i);
        highest = Math.max(highest, ++running);
        await delay(i % 3);
        running--;
        return i;
      }),
    ),
  );
  expect(highest).toBe(most);
  expect(started).toEqual(results);
});

test("a task that fails gives its turn on", async () => {
  const turns = new Turns(1);
  const failed = turns.take(() => Promise.reject(new Error("no")));
  const next = turns.take(async () => "yes");
  await expect(failed).rejects.toThrow("no");
  expect(await next).toBe("yes");
});
