/** Source of truth: alignments of a few lines, by hand: all pieces of a word have its links. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { GivenLinks, pieceLinks } from "../../../src/data/shards/given-links.ts";
import { toyWordpieces } from "../../cli/toy-model-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-given-links-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const wordpieces = toyWordpieces([]);

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

/** The pieces are letters: "ab c" is ▁a b ▁c. */
const sources = ["ab c", "d", "fad  e", "", "a b"];
const targets = ["d ec", "cab", "b", "a", "ab"];
const alignments = ["0-1 1-0 1-1", "0-0", "1-0", "", "1-0"];

function given(lines = alignments, tagged = false): GivenLinks {
  return new GivenLinks({
    pathSrc: file("source", sources),
    pathTgt: file("target", targets),
    pathAlign: file("links", lines),
    wordpieces,
    tagged,
  });
}

const pair = (line: number) => ({ source: new Int32Array(0), target: new Int32Array(0), line });
const text = ({ sources, targets }: { sources: Int32Array; targets: Int32Array }) =>
  Array.from(sources, (source, i) => `${source}-${targets[i]}`).join(" ");

describe("given word alignments", () => {
  test("become links of pieces, by target piece", async () => {
    const found = await given().of([1, 2, 3, 5].map(pair));
    expect(found.map(text)).toEqual(["2-0 0-1 1-1 2-1 0-2 1-2 2-2", "0-0 0-1 0-2", "3-0", "1-0 1-1"]);
  });

  test("are of the lines that the corpus has kept, in several calls", async () => {
    const links = given();
    expect((await links.of([pair(2)])).map(text)).toEqual(["0-0 0-1 0-2"]);
    expect((await links.of([pair(4), pair(5)])).map(text)).toEqual(["", "1-0 1-1"]);
    await links.finish();
    await links.close();
  });

  test("count the language tag of sources", async () => {
    const found = await given(alignments, true).of([pair(3)]);
    expect(found.map(text)).toEqual(["4-0"]);
  });

  test.each<[string, string[], string, string]>([
    [
      "a link of a source word that is not there",
      ["2-0"],
      "2-0 is of words that are not there: the lines have 2 and 2",
      ":1",
    ],
    ["a link of a target word that is not there", ["0-2"], "0-2 is of words that are not there", ":1"],
    ["what is no link", ["", "0"], '"0" is no link', ":2"],
  ])("refuse %s", async (_, lines, message, place) => {
    await expect(given([...lines, ...alignments.slice(lines.length)]).of([pair(lines.length)])).rejects.toThrow(
      expect.objectContaining({
        name: "DataError",
        message: expect.stringContaining(message),
        where: `${join(folder, "links")}${place}`,
      }),
    );
  });

  test("refuse a file of fewer or more lines than the corpus, with both numbers", async () => {
    const few = given(alignments.slice(0, 3));
    await expect(few.of([pair(5)])).rejects.toThrow("The corpus has 5 lines, but its alignments 3.");
    const unread = given(alignments.slice(0, 4));
    await unread.of([pair(1)]);
    await expect(unread.finish()).rejects.toThrow("The corpus has 5 lines, but its alignments 4.");
    const many = given([...alignments, "0-0"]);
    await many.of([pair(5)]);
    await expect(many.finish()).rejects.toThrow("The corpus has 5 lines, but its alignments 6.");
  });
});

test("a piece of several words has the links of all of them, each once", () => {
  const words = { words: 3, first: Int32Array.of(0, 1), last: Int32Array.of(1, 2) };
  const other = { words: 2, first: Int32Array.of(0, 0), last: Int32Array.of(0, 1) };
  const links = [
    { source: 1, target: 0 },
    { source: 2, target: 1 },
  ];
  expect(text(pieceLinks(links, words, other, 5))).toBe("5-0 6-0 5-1 6-1");
});
