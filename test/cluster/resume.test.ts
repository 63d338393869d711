// Source of truth: one process that is never stopped and has as many batches in a step, to the rounding of sums.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { families, launcher } from "../parallel/run-mpi.ts";
import { runAlone, runRanks } from "./run-nmt.ts";
import { lastCheckpoint, writeRun } from "./toy-run.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-resume-"));
afterAll(() => rmSync(folder, { recursive: true }));

const missing = families.some((family) => launcher(family) === undefined);

test.skipIf(missing)("two ranks of Open MPI, three of MPICH and one process go on from each other", async () => {
  // Six batches of two pairs a step, fewer steps than the corpus has, and a rate that doesn't know how many there will be.
  const settings = { batch_type: "sentences", batch_size: 2, valid_steps: 2, decay_method: "none" };
  const [whole, stopped] = ["whole", "stopped"].map((name) => writeRun(folder, name, settings));
  const words = ({ config }: { config: string }, ranks: number, steps: number) => [
    "train",
    "--config",
    config,
    "--accum_count",
    `${6 / ranks}`,
    "--train_steps",
    `${steps}`,
  ];
  await runAlone(words(whole!, 1, 6));
  const two = await runRanks("Open MPI", 2, words(stopped!, 2, 2));
  expect(two.code, two.text).toBe(0);
  const three = await runRanks("MPICH", 3, words(stopped!, 3, 4));
  expect(three.code, three.text).toBe(0);
  expect(three.text).toMatch(/resum.* step 2/);
  const one = await runAlone(words(stopped!, 1, 6));
  expect(one.stderr).toMatch(/resum.* step 4/);
  const [expected, found] = [whole!, stopped!].map(({ model }) => lastCheckpoint(model));
  expect(found!.step).toBe(6);
  expect(Object.keys(found!.numbers)).toEqual(Object.keys(expected!.numbers));
  for (const [name, values] of Object.entries(expected!.numbers)) {
    const [of, size] = [found!.numbers[name]!, Math.max(1e-3, ...values.map(Math.abs))];
    const errors = Array.from(of, (value, i) => Math.abs(value - values[i]!) / size);
    expect(Math.max(...errors), name).toBeLessThan(1e-5);
  }
  const translated = await Promise.all(
    [whole!, stopped!].map(({ model, valid }) => runAlone(["translate", "--model", model, "--src", valid])),
  );
  const lines = readFileSync(stopped!.valid, "utf8").split("\n").length;
  expect(translated[1]!.stdout.split("\n")).toHaveLength(lines);
  expect(translated[1]!.stdout).toBe(translated[0]!.stdout);
});
