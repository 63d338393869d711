// Source of truth: names of files as corpora are published, and what people read in them.
import { expect, test } from "vitest";
import { isTextOf, pairTexts } from "../../../src/corpora/importing/paired-texts.ts";

test.each([
  ["train.en", "train.de"],
  ["a/train.en.txt", "a/train.de.txt.gz"],
  ["en.txt", "de.txt"],
  ["OpenSubtitles.de-en.en", "OpenSubtitles.de-en.de"],
  ["news-en.txt", "news-de.txt"],
  ["news.en-GB.txt", "news.de-AT.txt"],
  ["x/en/all.txt", "x/de/all.txt"],
  ["train.eng", "train.deu"],
])("%s and %s belong together", (source, target) => {
  const others = ["train.fr", "README.txt", "a/README", "x/fr/all.txt", "b/train.de.txt"];
  const files = [...others, target, source].map((path) => ({ path }));
  const { pairs, rest } = pairTexts(files, "en", "de");
  expect(pairs.map((each) => each.map(({ path }) => path))).toEqual([[source, target]]);
  expect(rest.map(({ path }) => path)).toEqual(others);
});

test("names of no language", () => {
  for (const path of [
    "README",
    "notes.txt",
    "train.en.csv",
    ".en",
    "en",
    "de/README.md",
    "train.fr",
    "a.en/b.txt.doc",
  ]) {
    expect(isTextOf(path, "en", "de"), path).toBe(false);
  }
  expect(isTextOf("a.en")).toBe(false);
  const two = ["a.txt", "b.txt"].map((path) => ({ path }));
  expect(pairTexts(two, "en", "de").pairs).toEqual([two]);
  expect(pairTexts(two.slice(1), "en", "de")).toEqual({ pairs: [], rest: two.slice(1) });
});
