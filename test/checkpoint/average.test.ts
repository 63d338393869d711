/** Source of truth: the arithmetic mean, computed here by hand. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { averageCheckpoints } from "../../src/checkpoint/average.ts";
import { writeSafetensors } from "../../src/checkpoint/write-safetensors.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-average-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, tensors: Record<string, number[]>): string {
  const path = join(folder, name);
  const arrays = Object.entries(tensors).map(([key, values]) => ({
    name: key,
    shape: [values.length],
    data: Float32Array.from(values),
  }));
  writeSafetensors(path, arrays);
  return path;
}

describe("averageCheckpoints", () => {
  it("is the mean of each number, whatever the order of tensors", () => {
    const one = file("1", { a: [1, 2], b: [10] });
    const two = file("2", { b: [20], a: [3, -2] });
    const three = file("3", { a: [5, 3], b: [60] });
    expect(averageCheckpoints([one, two, three])).toEqual([
      { name: "a", shape: [2], data: Float32Array.of(3, 1) },
      { name: "b", shape: [1], data: Float32Array.of(30) },
    ]);
  });

  it("refuses files of different models, and none at all", () => {
    const one = file("1", { a: [1, 2] });
    const other = file("4", { a: [1, 2, 3] });
    expect(() => averageCheckpoints([one, other])).toThrow("parameter a is [3] there and [2]");
    expect(() => averageCheckpoints([])).toThrow("no checkpoints");
  });
});
