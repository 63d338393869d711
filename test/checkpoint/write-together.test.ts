// Source of truth: the files that one process writes of the same tensors.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkpointFiles, listCheckpoints } from "../../src/checkpoint/checkpoint-folder.ts";
import { alone } from "../../src/parallel/alone.ts";
import { runThreads } from "../parallel/run-ranks.ts";
import { run, type TogetherInput, type TogetherOutcome } from "./together-task.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nmt-together-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const module = new URL("./together-task", import.meta.url);
const threads = (size: number, input: TogetherInput) => runThreads<TogetherOutcome>(size, { module, input });
const filesIn = (directory: string) => {
  const { path } = listCheckpoints(join(directory, "checkpoints")).at(-1)!;
  return Object.values(checkpointFiles(path));
};

test.each([2, 3])("%i ranks write the bytes that one process does, and each reads its part back", async (size) => {
  const one = join(folder, "one");
  const whole = await run(alone, { folder: one, steps: [10] });
  const several = join(folder, "several");
  const ranks = await threads(size, { folder: several, steps: [5, 10] });
  const bytes = (directory: string) => filesIn(directory).map((path) => readFileSync(path, "latin1"));
  expect(bytes(several)).toEqual(bytes(one));
  for (const name of ["experts", "few"]) {
    expect(ranks.flatMap(({ parts }) => parts[name]!)).toEqual(whole.parts[name]);
  }
  for (const { step, whole: shared } of ranks) expect([step, ...shared]).toEqual([10, 1, 2, 10]);
});

test("a byte that was altered is found by all ranks, whoever reads it: the checkpoint before it is gone on with", async () => {
  await threads(2, { folder, steps: [5, 10] });
  const [model] = filesIn(folder);
  const intact = readFileSync(model!);
  for (const fromEnd of [1, 30, 60, 90]) {
    const bytes = Buffer.from(intact);
    bytes[bytes.length - fromEnd]! ^= 4;
    writeFileSync(model!, bytes);
    const outcomes = await threads(2, { folder, steps: [] });
    expect(outcomes.map(({ step }) => step)).toEqual([5, 5]);
  }
});

test("a rank that does not see the folder is named by all, and nothing is left of the checkpoint", async () => {
  const outcomes = await threads(2, { folder, steps: [10], failing: 1 });
  for (const { error } of outcomes) expect(error).toMatch(/step 10 was not saved: rank 1 on .*does not see save_model/);
  expect(listCheckpoints(join(folder, "checkpoints"))).toEqual([]);
});
