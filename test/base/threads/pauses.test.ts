/** Source of truth: a timer that is due meanwhile. */
import { expect, test } from "vitest";
import { pauses } from "../../../src/base/threads/pauses.ts";

test("others have their turn during long work, which goes on at once during short work", async () => {
  const pause = pauses();
  let turns = 0;
  const immediate = () => {
    turns++;
  };
  setImmediate(immediate);
  await pause();
  expect(turns).toBe(0);
  for (let i = 0; i < 3; i++) {
    setImmediate(immediate);
    const until = performance.now() + 10;
    while (performance.now() < until);
    await pause();
  }
  expect(turns).toBeGreaterThanOrEqual(4);
});
