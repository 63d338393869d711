/** Checkpoints of a run, weights and moments and the trainer's state, as `nmt train` reads them when it resumes. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { Random } from "../../../src/base/random.ts";
import { writeCheckpoint } from "../../../src/checkpoint/write-checkpoint.ts";
import { readRun } from "../../../src/training/run-files.ts";
import { freshState, type TrainerState } from "../../../src/training/trainer-state.ts";
import { expectThat, type Format, type Sample } from "../format.ts";

const STEPS = [20, 40];
const FILES = ["model.safetensors", "optimizer.safetensors", "state.json"];
const folderOf = (step: number) => join("checkpoints", `step-${String(step).padStart(6, "0")}`);

function stateOf(step: number): TrainerState {
  const position = { epoch: 1, batchInEpoch: step, data: "0123456789abcdef" };
  const best = { step: 20, value: 31.5, perplexity: 7.25, measuredWith: { metric: "bleu", tokenizer: "13a" } };
  return { ...freshState(), step, pass: 2 * step, position, best, targetTokens: 4096 };
}

function tensors(step: number) {
  const random = new Random(step);
  const floats = (count: number) => Float32Array.from({ length: count }, () => random.uniform());
  return [{ name: "a", shape: [4, 6], data: floats(24) }];
}

function written(folder: string): Sample {
  for (const step of STEPS) {
    const state = stateOf(step);
    writeCheckpoint(folder, { step, model: tensors(step), optimizer: tensors(step + 1), state }, STEPS.length);
  }
  const paths = STEPS.flatMap((step) => FILES.map((name) => join(folderOf(step), name)));
  return { files: Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path))])) };
}

export const checkpoints: Format = {
  name: "checkpoints",
  isText: true,
  samples: (folder) => [written(folder)],
  read: async (folder) => {
    const run = await readRun(folder);
    if (run === undefined) return;
    const { step } = run.state;
    expectThat(STEPS.includes(step), `a checkpoint of step ${step} was never written`);
    expectThat(JSON.stringify(run.state) === JSON.stringify(stateOf(step)), "the state was altered");
    const [expected] = tensors(step);
    expectThat(run.parameters.get("a")?.data.join() === expected!.data.join(), "a parameter was altered");
  },
};

/** States that say nonsense under a checksum that is right. */
export const trainerStates: Format = {
  name: "trainer-state",
  isText: true,
  damages: (path) => path.endsWith(".txt"),
  samples: (folder) => {
    const files = Object.entries(written(folder).files).filter(([path]) => path.startsWith(folderOf(40)));
    return [{ files: { ...Object.fromEntries(files), "state.txt": Buffer.from(JSON.stringify(stateOf(40))) } }];
  },
  read: async (folder) => {
    const path = join(folder, "state.txt");
    const state = existsSync(path) ? readFileSync(path, "utf8") : "{}";
    // The checksum is of the state as it is written, so it must be written as JSON.stringify does.
    const canonical = normalised(state);
    const text = `{"format":1,"step":40,"crc32":"${crc32(canonical).toString(16)}","state":${canonical}}\n`;
    writeFileSync(join(folder, folderOf(40), "state.json"), text);
    const run = await readRun(folder);
    if (run === undefined) return;
    const { step, pass, trainSeconds, targetTokens, finished, stale } = run.state;
    for (const number of [step, pass, trainSeconds, targetTokens, stale]) {
      expectThat(Number.isFinite(number) && number >= 0, `a counter of the state is ${number}`);
    }
    expectThat(typeof finished === "boolean", `finished is ${finished}`);
    expectThat(step === 40, `the state is of step ${step}`);
  },
};

function normalised(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json)) ?? json;
  } catch {
    return json;
  }
}
