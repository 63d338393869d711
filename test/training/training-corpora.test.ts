/** Source of truth: the lines written here, some of which are in training and in held-out files. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
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

async function messagesOf(
  data: Record<string, { path_src: string; path_tgt: string }>,
  cleaning: ConfigInput["cleaning"] = {},
): Promise<string[]> {
  const messages: string[] = [];
  const config = resolveConfig({ save_model: mkdtempSync(join(folder, "model-")), train_steps: 1, data, cleaning });
  await prepareCorpora(config, toyWordpieces([]), (message) => messages.push(message));
  return messages;
}

test("training text that is in validation and test files goes, with the files named, and a test file that is not there is named", async () => {
  const train = corpus("train", ["ab c", "fad", "bead", "cab"], ["d ec", "ad", "fee", "dab"]);
  const valid = corpus("valid", ["ab c", "fad"], ["d ec", "bed"]);
  const missing = { path_src: join(folder, "none.src"), path_tgt: join(folder, "none.tgt") };
  const data = { train, valid, test: corpus("test", ["x"], ["dab"]), test_gone: missing };
  const files = ["  2 in valid.src", "  1 in valid.tgt", "  1 in test.tgt"].map((line) =>
    line.replace("in ", `in ${folder}/`),
  );
  const found = "3 lines also in validation or test files (by 2 sources, 2 targets and 1 whole pair)";
  const absent = `test_gone: ${missing.path_src} is not there, and not looked for in training text`;
  const said = (lines: string[]) => [absent, ...lines.map((line) => `train: ${line}`)];
  expect(await messagesOf(data)).toEqual(
    said(["1 of 4 pairs kept", "  3 dropped: held-out text (line 1, 2, 4)", `${found}; dropped`, ...files]),
  );
  expect(await messagesOf(data, { overlap: "count" })).toEqual(
    said(["4 of 4 pairs kept", `${found}; they stay in training`, ...files]),
  );
  expect(await messagesOf(data, { overlap: "keep" })).toEqual(["train: 4 of 4 pairs kept"]);
});

test("a corpus that is validated on has nothing left to train on, which is an error that says what to do", async () => {
  const train = corpus("same", ["ab c"], ["d ec"]);
  await expect(messagesOf({ train, valid: train })).rejects.toMatchObject({
    message: expect.stringContaining("1 of 1 are dropped as held-out text"),
    nextStep: expect.stringContaining("cleaning: {overlap: count}"),
  });
});

test("nothing is said where no text is held out twice", async () => {
  const train = corpus("train", ["ab c"], ["d ec"]);
  expect(await messagesOf({ train, valid: corpus("valid", ["fad"], ["bed"]) })).toEqual(["train: 1 of 1 pairs kept"]);
});

test("rules of a recipe come beside those of the configuration, and what is no rule is named", async () => {
  const sources = ["ab c", "ab c d e", "ab 12", "fad {a}", "fad"];
  const train = corpus("ruled", sources, ["d ec", "d ec", "d 13", "bed", "bed"]);
  const opuscleaner = join(folder, "a.filters.json");
  const filters = [
    { filter: "max_length", parameters: { MAXLENGTH: 3 } },
    { filter: "bifixer", parameters: {} },
  ];
  writeFileSync(opuscleaner, JSON.stringify({ version: 1, files: [], filters }));
  const cleaning = { opuscleaner, numbers: true, placeholders: true, max_words: 5 };
  expect(await messagesOf({ train }, cleaning)).toEqual([
    `${opuscleaner}: 1 of 2 filters are rules here: max_length`,
    `${opuscleaner}: left out: bifixer (step 2: no equal here)`,
    "train: 2 of 5 pairs kept",
    "train:   1 dropped: words (line 2)",
    "train:   1 dropped: numbers differ (line 3)",
    "train:   1 dropped: placeholders differ (line 4)",
  ]);
  const texts: ConfigInput["cleaning"] = {
    numbers: 0.3,
    patterns: [{ side: "source", must_match: "a" }],
    untranslated: 0.9,
  };
  expect(await messagesOf({ train }, texts)).toEqual(["train: 5 of 5 pairs kept"]);
  await expect(messagesOf({ train }, { opuscleaner: join(folder, "none") })).rejects.toMatchObject({
    name: "DataError",
    where: join(folder, "none"),
  });
});
