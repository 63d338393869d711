// Source of truth: the two layouts, written here as empty files.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { allTexts, dataFolder, textPair } from "../../experiments/corpora.ts";
import { UsageError } from "../../src/base/errors.ts";

function folderWith(...paths: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "nmt-corpora-"));
  for (const path of paths) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), "");
  }
  return folder;
}

const names = (folder: string, paths: readonly string[]) => paths.map((path) => path.slice(folder.length + 1));

test("a pair is found as nmt data writes it, in either direction", () => {
  const folder = folderWith("multi30k/en-de/test.en", "multi30k/en-de/test.de");
  const { source, target } = textPair(folder, "multi30k", "de-en", "test");
  expect(names(folder, [source, target])).toEqual(["multi30k/en-de/test.de", "multi30k/en-de/test.en"]);
});

test("a pair is found as compressed files", () => {
  const folder = folderWith("multi30k/val.en.gz", "multi30k/val.de.gz", "tatoeba/tatoeba.en-fr.valid.en.gz");
  const { source, target } = textPair(folder, "multi30k", "en-de", "valid");
  expect(names(folder, [source, target])).toEqual(["multi30k/val.en.gz", "multi30k/val.de.gz"]);
  expect(() => textPair(folder, "tatoeba", "en-fr", "valid")).toThrow(UsageError);
});

test("a missing pair is an error that names the command to get it", () => {
  const wanted = expect.objectContaining({ nextStep: expect.stringContaining("nmt data tatoeba --pair en-de") });
  expect(() => textPair(folderWith(), "tatoeba", "en-de", "train")).toThrow(wanted);
  expect(() => textPair(folderWith(), "tatoeba", "fr-de", "train")).toThrow(UsageError);
});

test("all texts are those with a training and a validation side, each once, and test sides are held out too", () => {
  const folder = folderWith(
    ...["train.en.gz", "train.de.gz", "val.en.gz", "val.de.gz", "train.fr.gz"].map((name) => `multi30k/${name}`),
    ...["en-ja/train.ja", "en-ja/valid.ja", "en-ja/test.ja"].map((name) => `tatoeba/${name}`),
  );
  const { train, heldOut } = allTexts(folder);
  expect(names(folder, train)).toEqual(["tatoeba/en-ja/train.ja", "multi30k/train.en.gz", "multi30k/train.de.gz"]);
  expect(names(folder, heldOut)).toEqual([
    ...["tatoeba/en-ja/valid.ja", "tatoeba/en-ja/test.ja"],
    ...["multi30k/val.en.gz", "multi30k/val.de.gz"],
  ]);
  expect(() => allTexts(folderWith())).toThrow(UsageError);
});

test("--data is taken as given", () => {
  expect(dataFolder("texts")).toBe("texts");
});
