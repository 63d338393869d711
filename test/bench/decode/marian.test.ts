// Source of truth: the options of marian-decoder 1.12 and the line of its log that has its total time.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { type MarianOptions, marianContender } from "../../../bench/decode/marian.ts";
import { BackendError, DataError, UsageError } from "../../../src/base/errors.ts";
import { writeMarianStub, writeProgram } from "./stub-programs.ts";

let folder: string;
let options: MarianOptions;
let asked: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nmt-marian-"));
  const model = join(folder, "model");
  asked = join(folder, "asked");
  mkdirSync(model);
  writeFileSync(join(model, "model.npz.decoder.yml"), "");
  options = {
    ...{ marian: writeMarianStub(folder, { seconds: 1.5, asked }), model, extra: "--workspace 1000" },
    ...{ threads: 2, batches: [16, 64], lengthPenalty: 0.6, lines: ["a", "b", "c", "d", "e"], folder },
  };
});

const setting = { mode: "", processes: 1, threads: 2 };

test("runs as its users would, and takes its own time", async () => {
  const opened = await marianContender(options).open(setting);
  expect(opened.version).toBe("Marian 1.12.43");
  expect(await opened.translate({ beam: 5, batch: 16, every: 2 })).toBe(1.5);
  const { argv, lines } = JSON.parse(readFileSync(asked, "utf8"));
  expect(lines).toEqual(["a", "c", "e"]);
  expect(argv.slice(6)).toEqual(
    [
      "--cpu-threads 2 --beam-size 5 --normalize 0.6",
      "--mini-batch 16 --maxi-batch 1 --maxi-batch-sort src --workspace 1000",
    ].flatMap((some) => some.split(" ")),
  );
  expect(argv.slice(0, 3)).toEqual(["--config", join(options.model, "model.npz.decoder.yml"), "--input"]);
  expect([...(await opened.outputs())]).toEqual([0, 2, 4].map((index) => [index, { text: "w1 w2 w3" }]));
});

test("offers one thread and all, and each size of batch", () => {
  const { settings, batches } = marianContender(options);
  expect(settings.map(({ threads }) => threads)).toEqual([1, 2]);
  expect(batches).toEqual([16, 64]);
  expect(marianContender({ ...options, threads: 1 }).settings).toHaveLength(1);
});

describe("refuses", () => {
  test.each([
    ["no model", () => ({ model: "" }), "--marian-model"],
    ["a path that isn't there", () => ({ model: join(folder, "none") }), "none"],
    ["a directory without a decoder.yml", () => ({ model: folder }), "nmt-marian-"],
  ])("%s", (_, changed, where) => {
    const make = () => marianContender({ ...options, ...changed() });
    expect(make).toThrow(UsageError);
    expect(make).toThrow(expect.objectContaining({ where: expect.stringContaining(where) }));
  });

  test("several, unless one is named", () => {
    writeFileSync(join(options.model, "model.npz.best-bleu.npz.decoder.yml"), "");
    expect(() => marianContender(options)).toThrow(/2 files/);
    expect(() => marianContender({ ...options, model: join(options.model, "model.npz.decoder.yml") })).not.toThrow();
  });

  test.each([
    ["one that fails", `console.error("Error: no vocabulary"); process.exitCode = 1;`, BackendError, /no vocabulary/],
    ["one that doesn't say its time", "", DataError, /total time/],
  ])("%s", async (_, code, kind, message) => {
    const marian = writeProgram(folder, "other", code);
    const opened = await marianContender({ ...options, marian }).open(setting);
    const failed = opened.translate({ beam: 1, batch: 64, every: 1 });
    await expect(failed).rejects.toThrow(kind);
    await expect(failed).rejects.toThrow(message);
  });

  test("a program that isn't there", async () => {
    const opened = await marianContender({ ...options, marian: join(folder, "none") }).open(setting);
    await expect(opened.translate({ beam: 1, batch: 64, every: 1 })).rejects.toThrow(/could not be started/);
  });
});
