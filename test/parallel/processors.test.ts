// Source of truth: shares counted by hand.
import { expect, test } from "vitest";
import { processorsIn, threadsFor } from "../../src/parallel/processors.ts";

test("lists of processors as Linux writes them", () => {
  expect(processorsIn("0-3,8")).toEqual([0, 1, 2, 3, 8]);
  expect(processorsIn("5")).toEqual([5]);
});

test("ranks that are not pinned divide the machine's processors", () => {
  const all = [0, 1, 2, 3, 4, 5, 6, 7];
  expect(threadsFor(0, [all, all], ["a", "a"])).toBe(4);
  expect(threadsFor(1, [all, all, all], ["a", "a", "a"])).toBe(2);
});

test("pinned ranks have their own", () => {
  expect(threadsFor(0, [[0], [1]], ["a", "a"])).toBe(1);
  expect(
    threadsFor(
      2,
      [
        [0, 1],
        [0, 1],
        [2, 3],
        [2, 3],
      ],
      ["a", "a", "a", "a"],
    ),
  ).toBe(1);
});

test("other machines don't count, and no rank is without a thread", () => {
  expect(
    threadsFor(
      0,
      [
        [0, 1],
        [0, 1],
      ],
      ["a", "b"],
    ),
  ).toBe(2);
  expect(threadsFor(0, [[0], [0], [0]], ["a", "a", "a"])).toBe(1);
});
