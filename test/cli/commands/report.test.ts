/** Source of truth: what a run has left in its directory; the page's own content is tested in test/report. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type LogSink, setLogSink } from "../../../src/base/logger.ts";
import { modelPaths } from "../../../src/checkpoint/model-directory.ts";
import { reportCommand } from "../../../src/cli/commands/report.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { resolveConfig } from "../../../src/config/resolve.ts";
import { toYaml } from "../../../src/config/write.ts";
import { RunLog } from "../../../src/report/run-log.ts";
import { writeSamples } from "../../../src/report/validation-samples.ts";

let folder: string;
let model: string;
let sink: LogSink;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nmt-report-"));
  model = join(folder, "toy-run");
  sink = setLogSink(() => {});
  mkdirSync(model);
  const data = { a: { path_src: "x", path_tgt: "y" } };
  writeFileSync(modelPaths(model).config, toYaml(resolveConfig({ save_model: model, train_steps: 9, data })));
});
afterEach(() => {
  setLogSink(sink);
  rmSync(folder, { recursive: true });
});

const report = (...options: string[]) => runCommand(reportCommand, ["report", "--model", model, ...options]);

it("reads log, samples and configuration of a run that has no weights yet", async () => {
  const log = new RunLog(modelPaths(model).log, 0);
  log.write({ event: "start", step: 0, parameters: 12345, vocabularySize: 80 });
  log.write({ event: "train", step: 5, loss: 4.5, perplexity: 90 });
  log.write({ event: "validation", step: 5, perplexity: 70, bleu: 1.5, isBest: true });
  const samples = (translation: string) => [
    { name: "v", samples: [{ source: "Hi", translation, reference: "Hallo" }] },
  ];
  writeSamples(model, 5, samples("Holla"));
  // Left by a run that was killed after it and resumed before it.
  writeSamples(model, 50, samples("taken back"));
  await report();
  const html = readFileSync(join(model, "report.html"), "utf8");
  expect(html).toContain("<title>Training of toy-run</title>");
  expect(html).toContain("<td>Holla</td>");
  expect(html).not.toContain("taken back");
  expect(html).toContain("train_steps: 9");
  const other = join(folder, "elsewhere", "page.html");
  await report("--output", other);
  expect(existsSync(other)).toBe(true);
});

it("reads an empty log, and says what is missing where there is no run", async () => {
  await expect(report()).rejects.toThrow("there is no training log");
  writeFileSync(modelPaths(model).log, "");
  await report();
  expect(readFileSync(join(model, "report.html"), "utf8")).toContain("not started yet");
  model = join(folder, "none");
  await expect(report()).rejects.toThrow("no training run here");
});

it("replaces its own page, and no other file", async () => {
  writeFileSync(modelPaths(model).log, "");
  await report();
  await report();
  const path = join(folder, "notes.html");
  writeFileSync(path, "<!doctype html><title>Notes</title>");
  await expect(report("--output", path)).rejects.toThrow("is not a page of nmt report");
  await expect(report("--output", folder)).rejects.toThrow("is not a page of nmt report");
  expect(readFileSync(path, "utf8")).toContain("Notes");
});
