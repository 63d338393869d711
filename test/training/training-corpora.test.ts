/** Source of truth: the lines written here, some of which are in training and in held-out files. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import { prepareCorpora } from "../../src/training/training-corpora.ts";
import { toyWordpieces } from "../cli/toy-model-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-training-corpora-"));
afterAll(() => rmSync(folder, { recursive: true }));

function corpus(name: string, sources: string[], targets: string[]): { path_src: string; path_tgt: string } {
  const [path_src, path_tgt] = [join(folder, `${name}.src`), join(folder, `${name}.tgt`)];
  writeFileSync(path_src, `${sources.join("\n")}\n`);
  writeFileSync(path_tgt, `${targets.join("\n")}\n`);
  return { path_src, path_tgt };
}

async function messagesOf(data: Record<string, { path_src: string; path_tgt: string }>): Promise<string[]> {
  const messages: string[] = [];
  const config = resolveConfig({ save_model: mkdtempSync(join(folder, "model-")), train_steps: 1, data });
  await prepareCorpora(config, toyWordpieces([]), (message) => messages.push(message));
  return messages.filter((message) => !message.includes("pairs kept"));
}

test("training text that is in validation and test files is counted and said, and a test file that is not there is named", async () => {
  const train = corpus("train", ["ab c", "fad", "bead", "cab"], ["d ec", "ad", "fee", "dab"]);
  const valid = corpus("valid", ["ab c", "fad"], ["d ec", "bed"]);
  const missing = { path_src: join(folder, "none.src"), path_tgt: join(folder, "none.tgt") };
  expect(await messagesOf({ train, valid, test: corpus("test", ["x"], ["dab"]), test_gone: missing })).toEqual([
    `test_gone: ${missing.path_src} is not there, and not looked for in training text`,
    "train: also in validation or test files: 2 source lines, 2 target lines and 1 pair of what was read; they stay in training",
  ]);
});

test("nothing is said where no text is held out twice", async () => {
  const train = corpus("train", ["ab c"], ["d ec"]);
  expect(await messagesOf({ train, valid: corpus("valid", ["fad"], ["bed"]) })).toEqual([]);
});
