// Source of truth: the figures told to the reporter, read back from the run's log and its TensorBoard events.
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LogSink, setLogSink } from "../../src/base/logger.ts";
import { modelPaths } from "../../src/checkpoint/model-directory.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { readRunLog } from "../../src/report/run-log.ts";
import type { Progress } from "../../src/training/report-window.ts";
import { trainingReporter } from "../../src/training/run-recorder.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-run-recorder-"));
let sink: LogSink;
const shown: string[] = [];
beforeAll(() => {
  sink = setLogSink((line) => shown.push(line));
});
afterAll(() => {
  setLogSink(sink);
  rmSync(folder, { recursive: true });
});

const progress: Progress = {
  ...{
    step: 50,
    done: 0.25,
    loss: 3.5,
    perplexity: 28.5,
    balanceLoss: 0.125,
    learningRate: 0.0015,
    gradientNorm: 2.75,
    alignmentLoss: 0.875,
  },
  ...{ targetTokensPerSecond: 1500, sourceTokensPerSecond: 1400, dataWait: 0.01, secondsLeft: 90 },
  communication: { share: 0.25, hidden: 0.8 },
  experts: {
    "encoder.moe1": { importanceVariation: 0.5, loadVariation: 0.25, maximumLoad: 1.5, gateEntropy: 0.6, deadShare: 0 },
  },
};

it("writes every figure of a report into the log and the events, and shows them on a line", () => {
  const config = resolveConfig({
    ...{ save_model: folder, train_steps: 200 },
    data: { corpus_1: { path_src: "train.en", path_tgt: "train.de" } },
  });
  const ranks = { size: 2, hosts: ["a", "b"], transport: "Open MPI v4.1.4" };
  const reporter = trainingReporter(config, { backend: "cpu", precision: "f32", detail: "plain JavaScript" });
  reporter.onStart({ step: 0, parameters: 1000, optimizerStateBytes: 8000, vocabularySize: 100, ranks });
  reporter.onProgress(progress);
  reporter.onEnd(50, "stopped", "Stopped at step 50.");

  const [start, train, end] = readRunLog(modelPaths(folder).log);
  expect(start).toMatchObject({ event: "start", step: 0, parameters: 1000, backend: "cpu", ranks });
  expect(train).toMatchObject({ event: "train", ...progress });
  expect(end).toMatchObject({ event: "end", step: 50, reason: "stopped" });

  const line = shown.find((each) => each.includes("step 50"));
  for (const part of [
    "25 %",
    "loss 3.500",
    "ppl 28.50",
    "align 0.875",
    "lr 1.5e-3",
    "norm 2.75",
    "1,500 tokens/s",
    "ranks 25 % (80 % hidden)",
    "1m30s left",
    "cv 0.50/0.25",
  ]) {
    expect(line).toContain(part);
  }
  const file = readdirSync(folder).find((name) => name.includes("tfevents"))!;
  const events = readFileSync(join(folder, file));
  for (const tag of [
    "train/learning_rate",
    "train/loss",
    "train/alignment_loss",
    "speed/communication_hidden",
    "experts/encoder.moe1/",
  ])
    expect(events.includes(tag)).toBe(true);
});

it("goes on with a log without the validation that is to be made again", () => {
  const config = resolveConfig({
    ...{ save_model: join(folder, "resumed"), train_steps: 200 },
    data: { corpus_1: { path_src: "train.en", path_tgt: "train.de" } },
  });
  const start = { parameters: 1000, optimizerStateBytes: 8000, vocabularySize: 100 };
  const { log } = modelPaths(config.saveModel);
  const events = () => readRunLog(log).map(({ event }) => event);
  const begin = (at: { step: number; validated?: number }) =>
    trainingReporter(config, { backend: "cpu", precision: "f32", detail: "plain JavaScript" }).onStart({
      ...start,
      ...at,
    });
  begin({ step: 0 });
  appendFileSync(log, '{"event":"validation","step":50}\n');
  begin({ step: 50, validated: 50 });
  expect(events()).toEqual(["start", "validation", "start"]);
  begin({ step: 50 });
  expect(events()).toEqual(["start", "start", "start"]);
});
