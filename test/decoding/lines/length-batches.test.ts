/** Source of truth: batches worked out by hand. */
import { expect, test } from "vitest";
import { lengthBatches } from "../../../src/decoding/lines/length-batches.ts";

test.each([
  // lengths, sentences, pieces, batches of indices
  [[], 2, 10, []],
  [
    [3, 9, 4, 4],
    2,
    100,
    [
      [1, 2],
      [3, 0],
    ],
  ],
  [[3, 9, 4, 4], 9, 12, [[1], [2, 3, 0]]],
  [[3, 9, 4, 4], 9, 10, [[1], [2, 3], [0]]],
  [[50, 1], 9, 10, [[0], [1]]],
])("lengths %j, at most %i sentences and %i pieces", (lengths, sentences, pieces, expected) => {
  expect(lengthBatches(lengths, { sentences, pieces }).map((batch) => [...batch])).toEqual(expected);
});
