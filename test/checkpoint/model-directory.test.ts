/** Source of truth: the list of files that make a model directory self-contained. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CheckpointError } from "../../src/base/errors.ts";
import { openModelDirectory } from "../../src/checkpoint/model-directory.ts";
import { writeBestModel, writeCheckpoint } from "../../src/checkpoint/write-checkpoint.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { toYaml } from "../../src/config/write.ts";

const config = resolveConfig({ save_model: "m", train_steps: 1, data: { a: { path_src: "x", path_tgt: "y" } } });
const weights = [{ name: "a", shape: [1], data: Float32Array.of(1) }];

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "nmt-model-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function refusal(path: string): CheckpointError {
  try {
    openModelDirectory(path);
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    return error as CheckpointError;
  }
  throw new Error("no error was raised");
}

describe("openModelDirectory", () => {
  it("says what is missing, one thing after the other", () => {
    const file = (name: string) => join(directory, name);
    expect(refusal(file("none")).message).toContain("no such directory");
    expect(refusal(directory).message).toContain("empty");
    writeFileSync(file("config.yaml"), toYaml(config));
    expect(refusal(file("config.yaml")).message).toContain("it is a file");
    expect(refusal(directory).where).toBe(file("wordpiece.model"));
    writeFileSync(file("wordpiece.model"), "");
    expect(refusal(directory).where).toBe(file("model.safetensors"));
  });

  it("gives configuration, wordpieces, and the best or else the newest weights", () => {
    writeFileSync(join(directory, "config.yaml"), toYaml(config));
    writeFileSync(join(directory, "wordpiece.model"), "");
    for (const step of [5, 12]) writeCheckpoint(directory, { step, model: weights, optimizer: [], state: {} }, 3);
    const opened = openModelDirectory(directory);
    expect(opened.config).toEqual(config);
    expect(opened.wordpieceModelPath).toBe(join(directory, "wordpiece.model"));
    expect(opened.weightsPath).toBe(join(directory, "checkpoints", "step-000012", "model.safetensors"));
    writeBestModel(directory, 12, weights);
    expect(openModelDirectory(directory).weightsPath).toBe(join(directory, "model.safetensors"));
  });
});
