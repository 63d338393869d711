/** Source of truth: the language model's own scores of the same lines. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { scoreCommand } from "../../../src/cli/commands/score.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { scoreTexts } from "../../../src/decoding/force-score.ts";
import { loadLanguageModel } from "../../../src/inference/open-model.ts";
import { writeToyLanguageModel } from "../toy-language-model.ts";
import { writeToyModel } from "../toy-model-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-score-"));
const source = join(folder, "text.txt");
const lines = ["ab c", "", "f", "dead beef a", "zz"];

beforeAll(async () => {
  await selectBackend({ backend: "cpu" });
  writeToyLanguageModel(folder);
  writeFileSync(source, lines.map((line) => `${line}\n`).join(""));
});

function run(model: string, ...options: string[]): Promise<void> {
  return runCommand(scoreCommand, ["score", "--model", model, "--src", source, "--backend", "cpu", ...options]);
}

describe("nmt score of a language model", () => {
  test("prints a log-probability for each line, blank ones too, and the perplexity of all", async () => {
    let told = "";
    const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      told += String(text);
      return true;
    });
    const output = join(folder, "scores");
    await run(folder, "--output", output, "--batch_size", "2").finally(() => spy.mockRestore());
    const loaded = await loadLanguageModel(folder, { backend: "cpu" });
    const scores = await scoreTexts(loaded, lines);
    loaded.model.dispose();
    const printed = readFileSync(output, "utf8").split("\n").slice(0, -1);
    expect(printed).toEqual(scores.map(({ logProbability }) => logProbability.toFixed(6)));
    const total = scores.reduce((sum, { logProbability }) => sum + logProbability, 0);
    const pieces = scores.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const words = 2 + 0 + 1 + 3 + 1 + lines.length;
    const [byPiece, byWord] = [pieces, words].map((units) => Math.exp(-total / units).toFixed(2));
    expect(told).toContain(`perplexity ${byPiece} per wordpiece, ${byWord} per word`);
  });

  test("wants no translations, and a translation model wants them", async () => {
    await expect(run(folder, "--tgt", source)).rejects.toThrow("--tgt is given");
    await expect(run(folder, "--with_alignment", "hard")).rejects.toThrow("--with_alignment is given");
    await expect(run(folder, "--model", folder)).rejects.toThrow("a language model, which scores alone");
    const translation = mkdtempSync(join(tmpdir(), "nmt-score-"));
    writeToyModel(translation);
    await expect(run(translation)).rejects.toThrow("--tgt is missing");
    await expect(loadLanguageModel(translation)).rejects.toThrow("not a language model");
  });
});
