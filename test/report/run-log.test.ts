/** Source of truth: the rule that a resumed log reads as if the run had never stopped. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import { RunLog, readRunLog } from "../../src/report/run-log.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nmt-run-log-"));
  path = join(folder, "model", "log.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const steps = () => readRunLog(path).map(({ step }) => step);

describe("RunLog", () => {
  it("has every line on disk at once, with event, step and time", () => {
    const log = new RunLog(path, 0);
    log.write({ event: "train", step: 50, loss: 6.5 });
    expect(readFileSync(path, "utf8")).toMatch(/^\{"event":"train","step":50,"time":"\d{4}-.*Z","loss":6.5\}\n$/);
    log.write({ event: "validation", step: 50, bleu: Number.NaN, samples: ["a"] });
    expect(readRunLog(path)[1]).toMatchObject({ event: "validation", bleu: null, samples: ["a"] });
  });

  it("drops what came after the resumed step, and a line cut off by a kill", () => {
    const log = new RunLog(path, 0);
    for (const step of [50, 100, 150]) log.write({ event: "train", step });
    appendFileSync(path, '{"event":"train","ste');
    expect(steps()).toEqual([50, 100, 150]);
    const resumed = new RunLog(path, 100);
    expect(steps()).toEqual([50, 100]);
    resumed.write({ event: "train", step: 150 });
    expect(steps()).toEqual([50, 100, 150]);
  });

  it("drops the validations that are to be made again", () => {
    const log = new RunLog(path, 0);
    for (const step of [50, 100]) for (const event of ["train", "validation"]) log.write({ event, step });
    new RunLog(path, 100, 50);
    expect(readRunLog(path).map(({ event, step }) => [event, step])).toEqual([
      ["train", 50],
      ["validation", 50],
      ["train", 100],
    ]);
    new RunLog(path, 100, -1);
    expect(readRunLog(path).map(({ event }) => event)).toEqual(["train", "train"]);
  });

  it("says where it cannot be read", () => {
    expect(() => readRunLog(path)).toThrow(DataError);
    new RunLog(path, 0).write({ event: "start", step: 0 });
    appendFileSync(path, "{}\n");
    expect(() => readRunLog(path)).toThrow(expect.objectContaining({ where: `${path}, line 2` }));
    for (const step of ["1e999", "-1", "0.5", '"1"']) {
      writeFileSync(path, `{"event":"train","step":${step}}\n`);
      expect(() => readRunLog(path), step).toThrow(DataError);
    }
  });
});
