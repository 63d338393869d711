// Source of truth: the files written here, and what a shell makes of the same patterns.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { readAligned, readLines, streamAligned } from "../../../src/data/files/corpus.ts";
import { textFiles } from "../../../src/data/files/text-files.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-text-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
for (const year of ["a", "b"]) {
  mkdirSync(join(folder, year));
  for (const [side, text] of [
    ["en", `${year} one\n${year} two\n`],
    ["de", `${year} eins\n${year} zwei\n`],
  ] as const) {
    writeFileSync(join(folder, year, `news.${side}`), text);
  }
}
writeFileSync(join(folder, "[x]*.en"), "literal\n");
writeFileSync(join(folder, ".hidden.en"), "no\n");
writeFileSync(join(folder, "pairs.tsv.gz"), gzipSync("one\teins\t1\ntwo\tzwei\n"));

const names = (pattern: string) => textFiles(join(folder, pattern)).map(({ path }) => path.slice(folder.length + 1));

describe("patterns", () => {
  test.each([
    ["*/news.en", ["a/news.en", "b/news.en"]],
    ["[ab]/news.{en,de}", ["a/news.de", "a/news.en", "b/news.de", "b/news.en"]],
    ["[!a]/*.en", ["b/news.en"]],
    ["?/n*s.de", ["a/news.de", "b/news.de"]],
    ["[x]*.en", ["[x]*.en"]],
    ["*.en", ["[x]*.en"]],
    ["absent.en", ["absent.en"]],
  ])("%s", (pattern, files) => {
    expect(names(pattern)).toEqual(files);
  });

  test("that fit nothing are an error", () => {
    expect(() => names("*.fr")).toThrow(expect.objectContaining({ name: "DataError", where: join(folder, "*.fr") }));
  });
});

test("several files a side are read one after the other, aligned file by file", async () => {
  expect([...readLines(join(folder, "*/news.en"))]).toEqual(["a one", "a two", "b one", "b two"]);
  const expected = ["a", "b"].flatMap((year) => [
    { source: `${year} one`, target: `${year} eins` },
    { source: `${year} two`, target: `${year} zwei` },
  ]);
  const sides = [join(folder, "*/news.en"), join(folder, "*/news.de")] as const;
  expect([...readAligned(...sides)]).toEqual(expected);
  const streamed = [];
  for await (const block of streamAligned(...sides)) streamed.push(...block);
  expect(streamed).toEqual(expected);
  expect(() => [...readAligned(sides[0], join(folder, "a/news.de"))]).toThrow(/numbers of files: 2 and 1/);
});

test("columns of a tab-separated file are texts", () => {
  const file = join(folder, "pairs.tsv.gz");
  expect([...readAligned(`${file}#1`, `${file}#2`)]).toEqual([
    { source: "one", target: "eins" },
    { source: "two", target: "zwei" },
  ]);
  expect(() => [...readLines(`${file}#3`)]).toThrow(
    expect.objectContaining({
      name: "DataError",
      where: `${file}:2`,
      message: expect.stringMatching(/2 columns, not 3/),
    }),
  );
});
