/** Source of truth: the mean of the last checkpoints, in a directory that opens as a model. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { setLogSink } from "../../../src/base/logger.ts";
import { modelPaths, openModelDirectory } from "../../../src/checkpoint/model-directory.ts";
import { readSafetensors } from "../../../src/checkpoint/read-safetensors.ts";
import { writeBestModel, writeCheckpoint } from "../../../src/checkpoint/write-checkpoint.ts";
import { averageCommand } from "../../../src/cli/commands/average.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { resolveConfig } from "../../../src/config/resolve.ts";
import { toYaml } from "../../../src/config/write.ts";

let folder: string;
let model: string;
let output: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nmt-average-"));
  model = join(folder, "model");
  output = join(folder, "averaged");
  setLogSink(() => {});
  const data = { a: { path_src: "x", path_tgt: "y" } };
  mkdirSync(model);
  writeFileSync(modelPaths(model).config, toYaml(resolveConfig({ save_model: model, train_steps: 1, data })));
  writeFileSync(modelPaths(model).wordpieces, "pieces");
  for (const step of [10, 20, 30]) {
    const weights = [{ name: "w", shape: [2], data: Float32Array.of(step, -step) }];
    writeCheckpoint(model, { step, model: weights, optimizer: [], state: {} }, 3);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

const average = (...options: string[]) => runCommand(averageCommand, ["average", "--model", model, ...options]);

it("averages the newest checkpoints into a model that opens", async () => {
  await average("--output", output, "--last", "2");
  const opened = openModelDirectory(output);
  expect(opened.config).toEqual(openModelDirectory(model).config);
  const { tensors, metadata } = readSafetensors(opened.weightsPath);
  expect(tensors).toEqual([{ name: "w", shape: [2], data: Float32Array.of(25, -25) }]);
  expect(metadata).toMatchObject({ step: "30", averaged_steps: "20,30" });
});

it("refuses to write into a training run, and directories without checkpoints", async () => {
  await expect(average("--output", model)).rejects.toThrow("the output is a training run's directory");
  await expect(average("--output", output, "--last", "0")).rejects.toThrow("--last is 0");
  await average("--output", output);
  model = output;
  await expect(average("--output", join(folder, "again"))).rejects.toThrow("no checkpoints to average");
});

it("replaces an average of the same run, and no other model", async () => {
  await average("--output", output, "--last", "2");
  await average("--output", output, "--last", "1");
  const { weights, config } = modelPaths(output);
  expect(readSafetensors(weights).metadata["averaged_steps"]).toBe("30");
  const own = readFileSync(config);
  writeFileSync(config, own.toString().replace(/save_model: .*/, "save_model: elsewhere"));
  await expect(average("--output", output)).rejects.toThrow("not an average of this training run");
  writeFileSync(config, own);
  const other = [{ name: "w", shape: [2], data: Float32Array.of(1, 2) }];
  writeBestModel(output, 5, other);
  await expect(average("--output", output)).rejects.toThrow("not an average of this training run");
  expect(readSafetensors(weights).tensors).toEqual(other);
});
