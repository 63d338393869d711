// Source of truth: docs/cli.md, which says what `nmt train` does about corpora of our own recipes.
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureCorpora } from "../../src/cli/ensure-corpora.ts";

const corpus = (pathSrc: string, pathTgt: string) => ({ data: { corpus: { pathSrc, pathTgt, weight: 1 } } });
const home = process.cwd();

beforeEach(() => process.chdir(mkdtempSync(join(tmpdir(), "nmt-corpora-"))));
afterEach(() => process.chdir(home));

test("a generated corpus is made", async () => {
  await ensureCorpora(corpus("data/reverse/train.src", "data/reverse/train.tgt"));
  const lines = (file: string) => readFileSync(file, "utf8").trimEnd().split("\n");
  expect(lines("data/reverse/train.src")[0]!.split(" ").toReversed().join(" ")).toBe(
    lines("data/reverse/train.tgt")[0],
  );
});

test("a corpus that must be fetched is asked for by its command", async () => {
  await expect(
    ensureCorpora(corpus("data/multi30k/en-de/train.en", "data/multi30k/en-de/train.de")),
  ).rejects.toMatchObject({ name: "DataError", nextStep: "Run nmt data multi30k --pair en-de first." });
});

test("other missing files are left to the reader of corpora", async () => {
  await ensureCorpora(corpus("mine/train.en", "mine/train.de"));
  expect(existsSync("mine")).toBe(false);
});
