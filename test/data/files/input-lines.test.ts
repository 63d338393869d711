/** Source of truth: UTF-8 and the two line endings, in chunks cut at every place. */
import { expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import { decodeLines, inputLines } from "../../../src/data/files/input-lines.ts";

async function* chunksOf(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

test.each([
  ["", []],
  ["a", ["a"]],
  ["a\n", ["a"]],
  ["\n", [""]],
  ["a\n\nb\n\n", ["a", "", "b", ""]],
  ["a\r\nb\rc\r\n", ["a", "b\rc"]],
  ["\uFEFFa\n\uFEFFb\n", ["a", "\uFEFFb"]],
  ["schön\n日本語\u2028x\n😀", ["schön", "日本語\u2028x", "😀"]],
])("%j", async (text, expected) => {
  for (const size of [1, 2, 3, 7, 1000]) {
    expect(await collect(decodeLines(chunksOf(Buffer.from(text), size), "f"))).toEqual(expected);
  }
});

test("invalid UTF-8 names the line; the lines before it were read", async () => {
  const bytes = Buffer.concat([Buffer.from("gut\nschön\n"), Buffer.from([0x73, 0xff]), Buffer.from("\n")]);
  const read: string[] = [];
  const run = async () => {
    for await (const line of decodeLines(chunksOf(bytes, 4), "news.en")) read.push(line);
  };
  await expect(run()).rejects.toThrow(DataError);
  await expect(collect(decodeLines(chunksOf(bytes, 4), "news.en"))).rejects.toMatchObject({ where: "news.en, line 3" });
  expect(read).toEqual(["gut", "schön"]);
});

test("a file that can't be read is a DataError with its name", async () => {
  await expect(collect(inputLines("nowhere/nothing.txt"))).rejects.toMatchObject({
    name: "DataError",
    where: "nowhere/nothing.txt",
  });
});
