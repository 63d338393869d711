/** Source of truth: edit distances counted by hand. */
import { describe, expect, it } from "vitest";
import { editDistance, nearestName } from "../../src/base/nearest-name.ts";

describe("editDistance", () => {
  it.each([
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["train", "train", 0],
    ["trian", "train", 1],
    ["ab", "ba", 1],
    ["ca", "abc", 3],
  ])("from %j to %j is %i", (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
    expect(editDistance(to, from)).toBe(distance);
  });
});

describe("nearestName", () => {
  const names = ["batch_size", "batch_type", "learning_rate", "seed"];
  it.each([
    ["batchsize", "batch_size"],
    ["batch-typ", "batch_type"],
    ["learningRate", "learning_rate"],
    ["lerning_rat", "learning_rate"],
    ["sede", "seed"],
    ["momentum", undefined],
    ["x", undefined],
  ])("of %j is %j", (name, nearest) => {
    expect(nearestName(name, names)).toBe(nearest);
  });

  it("passes over names of quite another length, however long they are", () => {
    expect(nearestName("batch_size".repeat(100_000), names)).toBeUndefined();
  });
});
