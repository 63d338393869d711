/** Source of truth: which files a model is opened from. */
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { modelVersion } from "../../src/inference/model-version.ts";

let folder: string;
let before: string;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "nmt-version-"));
  for (const name of ["config.yaml", "wordpiece.model", "model.safetensors"]) writeFileSync(at(name), name);
  mkdirSync(at("checkpoints"));
  before = await modelVersion(folder);
});

test.each<[string, () => void]>([
  [
    "a file renamed into its place",
    () => {
      writeFileSync(at("new"), "config.yaml");
      renameSync(at("new"), at("config.yaml"));
    },
  ],
  ["a file written to in its place", () => appendFileSync(at("wordpiece.model"), "x")],
  ["another time", () => utimesSync(at("model.safetensors"), 1, 1)],
  ["a shortlist", () => writeFileSync(at("shortlist.safetensors"), "x")],
  ["a file gone", () => rmSync(at("config.yaml"))],
  [
    "another directory of the name",
    () => {
      renameSync(folder, `${folder}-old`);
      mkdirSync(folder);
    },
  ],
])("is another with %s", async (_, change) => {
  change();
  expect(await modelVersion(folder)).not.toBe(before);
});

test("is the same whatever else is written beside", async () => {
  writeFileSync(at("log.jsonl"), "x");
  mkdirSync(at("checkpoints/step-1"));
  expect(await modelVersion(folder)).toBe(before);
});

test("of a model without best weights is another with each checkpoint", async () => {
  rmSync(at("model.safetensors"));
  before = await modelVersion(folder);
  utimesSync(at("checkpoints"), 1, 1);
  mkdirSync(at("checkpoints/step-1"));
  expect(await modelVersion(folder)).not.toBe(before);
});
