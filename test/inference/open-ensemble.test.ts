/** Source of truth: the models' own scores, and what makes two models unfit for each other. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { CheckpointError } from "../../src/base/errors.ts";
import { scorePairs } from "../../src/decoding/force-score.ts";
import { loadEnsemble } from "../../src/inference/open-ensemble.ts";
import { writeToyModel } from "../cli/toy-model-directory.ts";

const engine = { backend: "cpu" } as const;
let folder: string;

beforeAll(async () => {
  await selectBackend(engine);
  folder = mkdtempSync(join(tmpdir(), "nmt-ensemble-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function model(languages: readonly string[] = [], seed = 4): string {
  const directory = mkdtempSync(join(folder, "model-"));
  writeToyModel(directory, languages, seed);
  return directory;
}

async function scoreOf(directories: readonly string[]): Promise<number> {
  const loaded = await loadEnsemble(directories, engine);
  const [score] = await scorePairs(loaded, [{ source: "ab c", target: "cab" }]);
  loaded.model.dispose();
  return score!.logProbability;
}

test("a score is the mean of the models' scores; one directory is that model", async () => {
  const [a, b] = [model(), model([], 5)];
  const [first, second, both] = [await scoreOf([a]), await scoreOf([b]), await scoreOf([a, b])];
  expect(first).not.toBe(second);
  expect(both).toBeCloseTo((first + second) / 2, 5);
});

test.each([
  ["other wordpieces", () => model(["de"]), "its wordpieces are not those"],
  ["no model", () => join(folder, "none"), "no such directory"],
])("%s: refused by name, and what was loaded is freed", async (_, other, message) => {
  const first = model();
  const before = tf.memory().numTensors;
  const opened = loadEnsemble([first, other()], engine);
  await expect(opened).rejects.toThrow(CheckpointError);
  await expect(opened).rejects.toThrow(message);
  expect(tf.memory().numTensors).toBe(before);
});
