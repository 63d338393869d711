// Source of truth: what the splits promise: no line in two of them, none held out in training, evenly spread.
import { expect, test } from "vitest";
import { splitText } from "../../experiments/language-text.ts";

const heldOut = Array.from({ length: 100 }, (_, i) => `held ${i}`);

test("lines are distinct and trimmed, and no held-out line trains, not even one that is not used", () => {
  const train = ["a b", " a b ", "", "held 50", "c", " held 1"];
  const splits = splitText(train, heldOut, { valid: 2, test: 3 });
  expect(splits.train).toEqual(["a b", "c"]);
  expect(splits.valid).toHaveLength(2);
  expect(splits.test).toHaveLength(3);
  expect(new Set([...splits.valid, ...splits.test]).size).toBe(5);
});

test("validation and test lines are spread evenly over all held-out ones", () => {
  const { valid, test } = splitText([], heldOut, { valid: 10, test: 40 });
  const numbers = (lines: string[]) => lines.map((line) => Number(line.split(" ")[1]));
  expect(numbers(valid)).toEqual([8, 18, 28, 38, 48, 58, 68, 78, 88, 98]);
  expect(numbers(test).slice(0, 6)).toEqual([0, 2, 4, 6, 10, 12]);
});

test("few held-out lines are shared out in the same proportion", () => {
  const { valid, test } = splitText([], [...heldOut, ...heldOut], { valid: 1000, test: 4000 });
  expect([valid.length, test.length]).toEqual([20, 80]);
});
