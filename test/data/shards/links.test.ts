/** Source of truth: links of a rule that the test can apply to any pair again, and the shards' own pairs. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { PairReader } from "../../../src/data/batches/pair-reader.ts";
import { type LinkSource, linksPath, readLinks, writeLinks } from "../../../src/data/shards/links.ts";
import type { PreparedCorpus } from "../../../src/data/shards/prepared-folder.ts";
import type { PieceLinks, SentencePair } from "../../../src/data/shards/shard.ts";
import { preparedCorpus } from "./prepared-corpus.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-links-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each target piece to the source position that it has modulo the source's length; pairs of every third line have none. */
function rule({ source, target, line }: SentencePair): PieceLinks {
  if (line! % 3 === 0) return { sources: new Int32Array(0), targets: new Int32Array(0) };
  return { sources: target.map((id) => id % source.length), targets: target.map((_, t) => t) };
}

describe("links of a prepared corpus", () => {
  let corpus: PreparedCorpus;
  beforeEach(async () => {
    corpus = await preparedCorpus(mkdtempSync(join(folder, "corpus-")), { pairs: 50, seed: 3, shardBytes: 600 });
    expect(corpus.shards).toBeGreaterThan(2);
  });
  const write = (fingerprint = "aa") => writeLinks(corpus, fingerprint, { of: (pairs) => pairs.map(rule) });
  const linksOf = (fingerprint?: string) => {
    const reader = new PairReader([corpus], [fingerprint]);
    try {
      return Array.from({ length: reader.pairs }, (_, i) => reader.pair(i));
    } finally {
      reader.close();
    }
  };

  test("come back with their pairs", async () => {
    const written = await write();
    const pairs = linksOf("aa");
    for (const pair of pairs) expect(pair.links).toEqual(rule(pair));
    expect(written).toEqual({
      fingerprint: "aa",
      aligned: pairs.filter(({ line }) => line! % 3 !== 0).length,
      links: pairs.reduce((sum, { links }) => sum + links!.sources.length, 0),
    });
    expect(readLinks(corpus.folder, "aa")).toEqual(written);
  });

  test("stay away where they are not asked for", async () => {
    await write();
    for (const pair of linksOf()) expect(pair).not.toHaveProperty("links");
  });

  test("of another alignment are not found, and refused when they are asked for", async () => {
    await write("aa");
    expect(readLinks(corpus.folder, "bb")).toBeUndefined();
    expect(() => linksOf("bb")).toThrow(
      expect.objectContaining({ name: "DataError", where: linksPath(corpus.folder, 0) }),
    );
  });

  test("that are damaged or missing are refused", async () => {
    await write();
    const path = linksPath(corpus.folder, 1);
    const whole = readFileSync(path);
    whole[whole.length - 1]! ^= 1;
    writeFileSync(path, whole);
    expect(() => linksOf("aa")).toThrow("was altered");
    truncateSync(path, 20);
    expect(() => linksOf("aa")).toThrow(expect.objectContaining({ name: "DataError", where: path }));
    rmSync(path);
    expect(() => linksOf("aa")).toThrow("cannot be opened");
  });

  test("whose writing fails are not found", async () => {
    let blocks = 0;
    const broken: LinkSource = {
      of: (pairs) => {
        if (++blocks === 2) throw new Error("no more");
        return pairs.map(rule);
      },
    };
    const unfinished: LinkSource = {
      of: (pairs) => pairs.map(rule),
      finish: async () => {
        throw new Error("no more");
      },
    };
    for (const source of [broken, unfinished]) {
      await write();
      await expect(writeLinks(corpus, "aa", source)).rejects.toThrow("no more");
      expect(readLinks(corpus.folder, "aa")).toBeUndefined();
    }
  });
});
