/** Source of truth: a checkpoint read back equals the one written, and damage, kills and full disks never cost the one before. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CheckpointError, TrainingError } from "../../src/base/errors.ts";
import { setLogSink } from "../../src/base/logger.ts";
import { listCheckpoints } from "../../src/checkpoint/checkpoint-folder.ts";
import { readSafetensors } from "../../src/checkpoint/read-safetensors.ts";
import { writeBestModel, writeCheckpoint } from "../../src/checkpoint/write-checkpoint.ts";
import { readLatestCheckpoint } from "./whole-checkpoint.ts";

const disk = vi.hoisted(() => ({ bytesLeft: Number.POSITIVE_INFINITY }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const writeSync = (file: number, bytes: Uint8Array, at: number, length: number) => {
    disk.bytesLeft -= length;
    if (disk.bytesLeft < 0) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    return fs.writeSync(file, bytes, at, length);
  };
  return { ...fs, writeSync };
});

let directory: string;
let warnings: string[];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "nmt-checkpoint-"));
  warnings = [];
  setLogSink((line) => warnings.push(line));
  disk.bytesLeft = Number.POSITIVE_INFINITY;
});
afterEach(() => rmSync(directory, { recursive: true }));

function checkpoint(step: number) {
  const array = (name: string, value: number) => ({ name, shape: [2], data: Float32Array.of(value, step) });
  return {
    step,
    model: [array("a", 1), array("b", 2)],
    optimizer: [array("a.first", 3)],
    state: { epoch: 1, random: { seed: 1, position: 2 ** 40 }, best: 31.25, 10: "ten", 2: "two" },
  };
}

const stepFolder = (step: number) => join(directory, "checkpoints", `step-00${step}`);
const write = (step: number, keep = 3) => writeCheckpoint(directory, checkpoint(step), keep);
const steps = () => listCheckpoints(join(directory, "checkpoints")).map(({ step }) => step);

function failed(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("no error was raised");
}

function alter(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length - 4]! ^= 1;
  writeFileSync(path, bytes);
}

describe("checkpoints", () => {
  it("come back exactly", async () => {
    expect(await readLatestCheckpoint(directory)).toBeUndefined();
    expect(write(1000)).toBe(stepFolder(1000));
    expect(await readLatestCheckpoint(directory)).toEqual(checkpoint(1000));
    expect(readdirSync(stepFolder(1000)).sort()).toEqual(["model.safetensors", "optimizer.safetensors", "state.json"]);
  });

  it("rotate, and replace one of the same step", () => {
    for (const step of [1000, 2000, 2000, 3000]) write(step, 2);
    expect(steps()).toEqual([2000, 3000]);
    expect(readdirSync(join(directory, "checkpoints"))).toHaveLength(2);
  });

  it("of the same step are those saved last", async () => {
    write(1000);
    const later = { ...checkpoint(1000), state: { ...checkpoint(1000).state, best: 40 } };
    writeCheckpoint(directory, later, 3);
    expect(await readLatestCheckpoint(directory)).toEqual(later);
    expect(readdirSync(join(directory, "checkpoints"))).toEqual(["step-001000"]);
  });

  it("are found and in order beyond a million steps", async () => {
    for (const step of [999_500, 1_000_000, 10_000_500]) write(step);
    expect(steps()).toEqual([999_500, 1_000_000, 10_000_500]);
    expect((await readLatestCheckpoint(directory))?.step).toBe(10_000_500);
    write(10_001_000, 2);
    expect(steps()).toEqual([10_000_500, 10_001_000]);
  });

  it.each(["model.safetensors", "optimizer.safetensors", "state.json"])(
    "fall back to the previous one when %s is altered",
    async (file) => {
      write(1000);
      write(2000);
      alter(join(stepFolder(2000), file));
      expect((await readLatestCheckpoint(directory))?.step).toBe(1000);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/checkpoint of step 2000 is not usable .*trying step 1000/);
    },
  );

  it("fall back when a file is missing or belongs to another step", async () => {
    write(1000);
    write(2000);
    cpSync(join(stepFolder(1000), "model.safetensors"), join(stepFolder(2000), "model.safetensors"));
    expect((await readLatestCheckpoint(directory))?.step).toBe(1000);
    rmSync(join(stepFolder(2000), "state.json"));
    expect((await readLatestCheckpoint(directory))?.step).toBe(1000);
  });

  it.each(["null", "5", "[]", "{}"])("fall back when the state is %s", async (json) => {
    write(1000);
    write(2000);
    writeFileSync(join(stepFolder(2000), "state.json"), json);
    expect((await readLatestCheckpoint(directory))?.step).toBe(1000);
  });

  it("never start over silently when all are damaged", async () => {
    write(1000);
    alter(join(stepFolder(1000), "model.safetensors"));
    await expect(readLatestCheckpoint(directory)).rejects.toThrow(CheckpointError);
    write(2000);
    rmSync(join(stepFolder(2000), "state.json"));
    // The newest one's damage is told: it is the one to be restored.
    await expect(readLatestCheckpoint(directory)).rejects.toMatchObject({
      message: expect.stringContaining(
        "no intact checkpoint is left: the file is damaged: the trainer's state is missing",
      ),
      where: join(stepFolder(2000), "state.json"),
    });
  });

  it("ignore and then clear away what a killed save left", async () => {
    write(1000);
    const left = join(directory, "checkpoints", ".step-002000.new");
    mkdirSync(left);
    writeFileSync(join(left, "model.safetensors"), "half");
    const aside = join(directory, "checkpoints", ".step-001000.old");
    mkdirSync(aside);
    expect((await readLatestCheckpoint(directory))?.step).toBe(1000);
    write(3000);
    expect([left, aside].filter((path) => existsSync(path))).toEqual([]);
  });

  it.each([0.01, 0.3, 0.6, 0.99])("survive a disk that is full after %d of the bytes", async (share) => {
    const path = write(1000, 1);
    const size = readdirSync(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0);
    disk.bytesLeft = Math.floor(size * share);
    const failure = failed(() => write(2000, 1));
    expect(failure).toBeInstanceOf(TrainingError);
    expect(failure.message).toContain("step 2000 was not saved; the checkpoint of step 1000 is intact");
    expect(await readLatestCheckpoint(directory)).toEqual(checkpoint(1000));
    expect(readdirSync(join(directory, "checkpoints"))).toEqual(["step-001000"]);
    disk.bytesLeft = Number.POSITIVE_INFINITY;
    write(2000, 1);
    expect(steps()).toEqual([2000]);
  });
});

describe("the best model", () => {
  it("is replaced whole or not at all", () => {
    writeBestModel(directory, 1000, checkpoint(1000).model, { bleu: "12.5" });
    disk.bytesLeft = 100;
    expect(() => writeBestModel(directory, 2000, checkpoint(2000).model)).toThrow("the disk is full");
    const { metadata, tensors } = readSafetensors(join(directory, "model.safetensors"));
    expect(metadata).toMatchObject({ step: "1000", bleu: "12.5" });
    expect(tensors).toEqual(checkpoint(1000).model);
    expect(readdirSync(directory)).toEqual(["model.safetensors"]);
  });
});
