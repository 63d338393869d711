// Source of truth: what the splits promise: no line in two of them, none held out in training, evenly spread.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { allTexts } from "../../experiments/corpora.ts";
import { languageTextPaths, splitText, writeLanguageText, writeWordpieces } from "../../experiments/language-text.ts";
import { UsageError } from "../../src/base/errors.ts";
import { setLogSink } from "../../src/base/logger.ts";
import { toyCorpus } from "./toy-corpus.ts";

const sink = setLogSink(() => {});
afterAll(() => setLogSink(sink));

const heldOut = Array.from({ length: 100 }, (_, i) => `held ${i}`);

test("lines are distinct and trimmed, and no held-out line trains, not even one that is not used", () => {
  const train = ["a b", " a b ", "", "held 50", "c", " held 1"];
  const splits = splitText(train, heldOut, { valid: 2, test: 3 });
  expect(splits.train).toEqual(["a b", "c"]);
  expect(splits.valid).toHaveLength(2);
  expect(splits.test).toHaveLength(3);
  expect(new Set([...splits.valid, ...splits.test]).size).toBe(5);
});

test("validation and test lines are spread evenly over all held-out ones", () => {
  const { valid, test } = splitText([], heldOut, { valid: 10, test: 40 });
  const numbers = (lines: string[]) => lines.map((line) => Number(line.split(" ")[1]));
  expect(numbers(valid)).toEqual([8, 18, 28, 38, 48, 58, 68, 78, 88, 98]);
  expect(numbers(test).slice(0, 6)).toEqual([0, 2, 4, 6, 10, 12]);
});

test("few held-out lines are shared out in the same proportion", () => {
  const { valid, test } = splitText([], [...heldOut, ...heldOut], { valid: 1000, test: 4000 });
  expect([valid.length, test.length]).toEqual([20, 80]);
});

test("text and wordpieces are made once, and never replaced by those of other corpora", () => {
  const folder = mkdtempSync(join(tmpdir(), "nmt-text-"));
  const files = allTexts(toyCorpus());
  const { train, wordpieces } = languageTextPaths(folder, 290);
  writeLanguageText(files, folder, 290);
  expect(existsSync(wordpieces)).toBe(true);
  rmSync(train);
  writeLanguageText(files, folder, 290);
  expect(existsSync(train)).toBe(false);
  expect(() => writeLanguageText(allTexts(toyCorpus()), folder, 290)).toThrow(UsageError);
  const model = join(folder, "pair.model");
  writeWordpieces(files.train, model, 290);
  writeWordpieces(files.train, model, 290);
  expect(() => writeWordpieces(files.heldOut, model, 290)).toThrow(UsageError);
});
