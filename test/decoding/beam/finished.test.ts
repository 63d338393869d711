/** Source of truth: the order that finished.ts promises, worked out by hand. */
import { expect, test } from "vitest";
import { FinishedList } from "../../../src/decoding/beam/finished.ts";

function listOf(limit: number, scores: readonly number[]): FinishedList {
  const list = new FinishedList(limit);
  scores.forEach((score, node) => {
    list.add({ node, score, logProbability: score, complete: true });
  });
  return list;
}

test.each([
  ["best first", 4, [-3, -1, -2], [1, 2, 0]],
  ["equal scores in the order they were found", 4, [-1, -2, -1, -2], [0, 2, 1, 3]],
  ["the worst leaves a full list", 2, [-3, -2, -1], [2, 1]],
  ["of equal ones the earlier keeps its place in a full list", 2, [-1, -2, -2], [0, 1]],
])("%s", (_, limit, scores, nodes) => {
  const list = listOf(limit, scores);
  expect(list.best.map(({ node }) => node)).toEqual(nodes);
  expect(list.count).toBe(scores.length);
});

test("a full list excludes what is no better than its last", () => {
  expect([-3, -2, -1].map((score) => listOf(2, [-1, -2]).excludes(score))).toEqual([true, true, false]);
  expect(listOf(3, [-1, -2]).excludes(-9)).toBe(false);
});
