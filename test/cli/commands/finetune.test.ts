// Source of truth: what `nmt finetune --help` says of its options. Runs themselves: test/e2e/finetune.test.ts.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { finetuneCommand } from "../../../src/cli/commands/finetune.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { writeToyModel } from "../toy-model-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-finetune-"));
const model = join(folder, "model");
const several = join(folder, "several");
const texts = ["a.en", "a.de"].map((name) => join(folder, name));
beforeAll(async () => {
  await selectBackend({ backend: "cpu" });
  for (const directory of [model, several]) mkdirSync(directory);
  writeToyModel(model);
  writeToyModel(several, ["de", "fr"]);
  for (const text of texts) writeFileSync(text, "a b\n".repeat(60));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each<[string[], string, string]>([
  [["--pair", "en"], "--pair is en", "Write source and target language, such as en-de."],
  [["--general_share", "1"], "--general_share is 1", "Give a share from 0 on and below 1."],
  [["--steps", "0"], "--steps is 0", "Give more than 0, or leave it out."],
  [["--minutes", "-1"], "--minutes is -1", "Give more than 0, or leave it out."],
  [["--new_wordpieces", "1.5"], "--new_wordpieces is 1.5", "Give a whole number."],
  [["--adapter", "0"], "--adapter is 0", "Give its rank, such as 8."],
  [["--adapter", "4", "--new_wordpieces", "9"], "--adapter and --new_wordpieces", "Leave one out"],
  [["--general", texts[0]!], "--general has a plain file without its other language", "Give plain files in twos"],
  [["--output", model], "--output is the model itself", "Give another directory."],
])("%j is refused", async (options, message, nextStep) => {
  const args = ["finetune", "--model", model, "--data", ...texts, ...options];
  await expect(runCommand(finetuneCommand, args)).rejects.toMatchObject({
    name: "UsageError",
    message,
    nextStep: expect.stringContaining(nextStep),
  });
});

test("a model of several pairs needs to be told which one the text is of", async () => {
  const args = ["finetune", "--model", several, "--data", ...texts];
  await expect(runCommand(finetuneCommand, args)).rejects.toMatchObject({
    message: "the model has several language pairs",
    where: "--pair",
  });
});
