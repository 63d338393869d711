/** Source of truth: the model itself, translating in 8 bits; the rules of the command line for files and errors. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { type LogSink, setLogSink } from "../../../src/base/logger.ts";
import { quantizeCommand } from "../../../src/cli/commands/quantize.ts";
import { translateCommand } from "../../../src/cli/commands/translate.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { probeForTests } from "../../backends/native-required.ts";
import { writeToyModel } from "../toy-model-directory.ts";

const { usable } = await probeForTests("native");
let folder: string;
let model: string;
let source: string;
let sink: LogSink;
let logged: string[];
beforeAll(async () => {
  sink = setLogSink((line) => logged.push(line));
  logged = [];
  await selectBackend({ backend: "cpu" });
  folder = mkdtempSync(join(tmpdir(), "nmt-quantize-"));
  model = mkdtempSync(join(folder, "model-"));
  writeToyModel(model);
  source = join(folder, "source.txt");
  writeFileSync(source, "ab cd\n\nf\nabc def abc\ne\n");
});
afterAll(() => {
  setLogSink(sink);
  rmSync(folder, { recursive: true });
});

async function translate(directory: string, ...options: string[]): Promise<string> {
  const output = join(folder, "out.txt");
  const argv = ["translate", "--model", directory, "--src", source, "--output", output, "--with_score", ...options];
  await runCommand(translateCommand, argv);
  return readFileSync(output, "utf8");
}

const quantize = (output: string, from = model) =>
  runCommand(quantizeCommand, ["quantize", "--model", from, "--output", output]);

describe.skipIf(!usable)("nmt quantize", () => {
  test("writes a smaller model that translates as the original does in 8 bits, and is told so", async () => {
    const output = join(folder, "int8");
    await quantize(output);
    const size = (directory: string) => statSync(join(directory, "model.safetensors")).size;
    expect(size(output)).toBeLessThan(size(model) / 1.5); // The toy has more names than numbers.
    expect(logged.slice(-2).join("\n")).toMatch(/model\.safetensors: \d+\.\d MB/);
    const found = await translate(output);
    expect(found).toBe(await translate(model, "--precision", "int8"));
    expect(found).toBe(await translate(output, "--threads", "1", "--batch_size", "1"));
  });

  test("refuses a directory that has a model, and weights that are quantised", async () => {
    await expect(quantize(model)).rejects.toThrow("the output is a model already");
    const again = join(folder, "again");
    await quantize(again);
    await expect(quantize(join(folder, "twice"), again)).rejects.toThrow(/has type I8/);
    expect(existsSync(join(folder, "twice"))).toBe(false);
  });

  test("other backends say that they can't run 8 bits", async () => {
    await expect(translate(model, "--precision", "int8", "--backend", "cpu")).rejects.toThrow(/native engine alone/);
    const output = join(folder, "for-cpu");
    await quantize(output);
    await expect(translate(output, "--backend", "cpu")).rejects.toThrow(/8-bit/);
  });
});
