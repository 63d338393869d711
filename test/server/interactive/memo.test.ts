/** Source of truth: which keys are computed. */
import { expect, test } from "vitest";
import { Memo } from "../../../src/server/interactive/memo.ts";

test("what is known is not computed again, and what was not used for the longest time goes", async () => {
  const memo = new Memo<string>(2);
  const asked: string[][] = [];
  const get = (...keys: string[]) =>
    memo.get(keys, async (unknown) => {
      asked.push([...unknown]);
      return unknown.map((key) => key.toUpperCase());
    });
  expect(await get("a", "b", "a")).toEqual(["A", "B", "A"]);
  expect(await get("b", "a")).toEqual(["B", "A"]);
  expect(await get("c", "a")).toEqual(["C", "A"]);
  expect(await get("b")).toEqual(["B"]);
  expect(asked).toEqual([["a", "b"], ["c"], ["b"]]);
});

test("more than it keeps is given all the same", async () => {
  const memo = new Memo<number>(1);
  expect(await memo.get(["1", "2", "3"], async (keys) => keys.map(Number))).toEqual([1, 2, 3]);
});

test("what fails is not remembered", async () => {
  const memo = new Memo<number>(5);
  await expect(memo.get(["a"], () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await memo.get(["a"], async () => [1])).toEqual([1]);
});
