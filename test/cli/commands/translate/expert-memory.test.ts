/** Source of truth: the model itself with all of its experts in memory; the rules of the command line for values and backends. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../../../src/backends/select.ts";
import { type LogSink, setLogSink } from "../../../../src/base/logger.ts";
import { translateCommand } from "../../../../src/cli/commands/translate.ts";
import { runCommand } from "../../../../src/cli/run-command.ts";
import { probeForTests } from "../../../backends/native-required.ts";
import { writeToyModel } from "../../toy-model-directory.ts";

const { usable } = await probeForTests("native");
let folder: string;
let sink: LogSink;
let logged: string[];
beforeAll(async () => {
  sink = setLogSink((line) => logged.push(line));
  logged = [];
  await selectBackend({ backend: "cpu" });
  folder = mkdtempSync(join(tmpdir(), "nmt-expert-memory-"));
  writeToyModel(folder);
  writeFileSync(join(folder, "source.txt"), "ab cd\n\nf\nabc def abc\ne\n");
});
afterAll(() => {
  setLogSink(sink);
  rmSync(folder, { recursive: true });
});

async function translate(...options: string[]): Promise<string> {
  const output = join(folder, "out.txt");
  const [model, source] = [folder, join(folder, "source.txt")];
  const argv = ["translate", "--model", model, "--src", source, "--output", output, "--with_score", ...options];
  await runCommand(translateCommand, argv);
  return readFileSync(output, "utf8");
}

describe.skipIf(!usable)("nmt translate --expert_memory", () => {
  test("gives the same bytes, and says how often experts were read again", async () => {
    const all = await translate();
    expect(logged.join("\n")).not.toContain("experts:");
    expect(await translate("--expert_memory", "1B")).toBe(all);
    // Untrained gates choose the first two of four, of each layer.
    const [, read, uses, letGo] = /experts: (\d+) of (\d+) uses .* (\d+) were let go/.exec(logged.at(-1)!)!.map(Number);
    expect(read).toBeLessThanOrEqual(uses!);
    expect(letGo).toBeGreaterThan(4);
    expect(await translate("--expert_memory", "1 GiB")).toBe(all);
    expect(logged.at(-1)).toMatch(
      /experts: 4 of \d+ uses by a step had to read one \(\d+\.\d %\), 0 were let go; 0\.0 MiB/,
    );
  });

  test("refuses what is no size, and backends that keep all in memory", async () => {
    await expect(translate("--expert_memory", "much")).rejects.toThrow("--expert_memory is much");
    await expect(translate("--expert_memory", "1MiB", "--backend", "cpu")).rejects.toThrow(
      "experts' memory has a bound (--expert_memory) on the native engine alone",
    );
  });
});
