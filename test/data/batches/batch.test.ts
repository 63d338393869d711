// Source of truth: the definition of the packed order, rebuilt here with plain nested lists.
import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import { timeOffsets } from "../../../src/base/packed-layout.ts";
import { packSentences, unpackSentences } from "../../../src/base/packed-sentences.ts";
import { Random } from "../../../src/base/random.ts";
import { packBatch } from "../../../src/data/batches/batch.ts";
import type { SentencePair } from "../../../src/data/shards/shard.ts";

/** As SentencePiece numbers `<s>` and `</s>` by default. */
const markers = { bosId: 1, eosId: 2 };

function randomPairs(count: number, seed: number): SentencePair[] {
  const random = new Random(seed);
  const ids = (length: number) => Int32Array.from({ length }, () => 4 + random.integer(50));
  return Array.from({ length: count }, (_, i) => ({
    source: Int32Array.from([...ids(random.integer(9)), markers.eosId]),
    target: ids(random.integer(9)),
    line: 100 + i,
  }));
}

describe("packSentences", () => {
  test("is time-major, longest first, equal lengths in given order", () => {
    const side = packSentences([Int32Array.of(10, 3), Int32Array.of(20, 21, 22, 3), Int32Array.of(30, 3)]);
    expect([...side.order]).toEqual([1, 0, 2]);
    expect([...side.layout.batchSizes]).toEqual([3, 3, 1, 1]);
    expect([...side.ids]).toEqual([20, 10, 30, 21, 3, 3, 22, 3]);
  });

  test("refuses an empty sentence", () => {
    expect(() => packSentences([Int32Array.of(3), new Int32Array(0)])).toThrow(DataError);
  });
});

describe("packBatch", () => {
  test("unpacks to the same pairs, with <s> before inputs and </s> after outputs", () => {
    for (let seed = 0; seed < 20; seed++) {
      const pairs = randomPairs(1 + seed, seed);
      const batch = packBatch(pairs, markers);
      expect(batch.lines.length).toBe(pairs.length);
      expect(unpackSentences(batch.source).map((ids) => [...ids])).toEqual(pairs.map((p) => [...p.source]));
      expect(unpackSentences(batch.targetInput).map((ids) => [...ids])).toEqual(pairs.map((p) => [1, ...p.target]));
      expect(unpackSentences(batch.targetInput, batch.targetOutput).map((ids) => [...ids])).toEqual(
        pairs.map((p) => [...p.target, 2]),
      );
      expect([...batch.lines]).toEqual(pairs.map((_, i) => 100 + i));
    }
  });

  test("group g of both sides is sentence g, in time order", () => {
    const pairs = randomPairs(7, 3);
    const batch = packBatch(pairs, markers);
    for (let g = 0; g < pairs.length; g++) {
      const source = batch.sourceRows.rows.slice(batch.sourceRows.offsets[g], batch.sourceRows.offsets[g + 1]);
      expect(Array.from(source, (row) => batch.source.ids[row])).toEqual([...pairs[g]!.source]);
      const target = batch.targetRows.rows.slice(batch.targetRows.offsets[g], batch.targetRows.offsets[g + 1]);
      expect(Array.from(target, (row) => batch.targetOutput[row])).toEqual([...pairs[g]!.target, 2]);
    }
  });

  test("no row is padding", () => {
    const pairs = randomPairs(11, 8);
    const batch = packBatch(pairs, markers);
    const positions = (pick: (pair: SentencePair) => number) => pairs.reduce((sum, pair) => sum + pick(pair), 0);
    expect(batch.source.ids.length).toBe(positions((p) => p.source.length));
    expect(batch.targetOutput.length).toBe(positions((p) => p.target.length + 1));
    expect(timeOffsets(batch.source.layout).at(-1)).toBe(batch.source.ids.length);
  });
});

describe("the guide of a batch", () => {
  const linked = (pair: SentencePair, ...links: [source: number, target: number][]): SentencePair => ({
    ...pair,
    links: {
      sources: Int32Array.from(links, ([source]) => source),
      targets: Int32Array.from(links, ([, target]) => target),
    },
  });
  const pair = (source: number, target: number): SentencePair => ({
    source: new Int32Array(source).fill(9),
    target: new Int32Array(target).fill(8),
  });

  test("has the links of each pair at its target positions, in the order of the groups", () => {
    const pairs = [pair(2, 2), linked(pair(5, 3), [1, 0], [3, 0], [0, 2]), linked(pair(3, 1), [2, 0])];
    const { guide, targetRows } = packBatch(pairs, markers);
    // Targets have 3, 4 and 2 positions.
    expect([...guide!.offsets]).toEqual([0, 0, 0, 0, 2, 2, 3, 3, 4, 4]);
    expect([...guide!.keys]).toEqual([1, 3, 0, 2]);
    expect(guide!.offsets.length).toBe(targetRows.rows.length + 1);
  });

  test("is not there where no pair has a link", () => {
    expect(packBatch([pair(2, 2), linked(pair(1, 1))], markers)).not.toHaveProperty("guide");
  });
});
