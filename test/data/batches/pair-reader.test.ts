// Source of truth: the shards as they were written, in their order.
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { PairReader } from "../../../src/data/batches/pair-reader.ts";
import { shardPath } from "../../../src/data/shards/prepared-folder.ts";
import { preparedCorpus } from "../shards/prepared-corpus.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-pair-reader-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("shards of one corpus that have changed places are found", async () => {
  const corpus = await preparedCorpus(folder, { pairs: 60, seed: 5, shardBytes: 500 });
  expect(corpus.shards).toBeGreaterThan(2);
  const lines = () => {
    const reader = new PairReader([corpus]);
    try {
      return Array.from({ length: reader.pairs }, (_, i) => reader.pair(i).line);
    } finally {
      reader.close();
    }
  };
  expect(lines()).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  const [first, second, aside] = [shardPath(folder, 0), shardPath(folder, 1), join(folder, "aside")];
  renameSync(first, aside);
  renameSync(second, first);
  renameSync(aside, second);
  expect(lines).toThrow(expect.objectContaining({ name: "DataError", where: first }));
});

test("positions of a source are its ids, those of a target one more, across corpora and shards", async () => {
  const corpora = [
    await preparedCorpus(join(folder, "a"), { pairs: 20, seed: 6, shardBytes: 300 }),
    await preparedCorpus(join(folder, "b"), { pairs: 20, seed: 7 }),
  ];
  const reader = new PairReader(corpora);
  for (let i = 0; i < 40; i++) {
    const { source, target, corpus } = reader.pair(i);
    expect([reader.source(i), reader.target(i), corpus]).toEqual([source.length, target.length + 1, i < 20 ? 0 : 1]);
  }
  reader.close();
});
