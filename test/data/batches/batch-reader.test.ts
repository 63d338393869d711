// Source of truth: a reader that was never stopped, and the generated corpora.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unpackSentences } from "../../../src/base/packed-sentences.ts";
import { BatchReader, type TrainingDataOptions } from "../../../src/data/batches/batch-reader.ts";
import { prepareCorpus } from "../../../src/data/shards/prepare.ts";
import { shardPath } from "../../../src/data/shards/prepared-folder.ts";
import { generatedOptions, generatedText, numberPieces, preparedCorpus } from "../shards/prepared-corpus.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-reader-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [first, second] = [join(folder, "first"), join(folder, "second")] as const;
beforeAll(async () => {
  await preparedCorpus(first, { pairs: 500, seed: 1, shardBytes: 5000 });
  await preparedCorpus(second, { pairs: 100, seed: 2 });
});

function open(change: Partial<TrainingDataOptions> = {}, warn?: (message: string) => void): BatchReader {
  const corpora = [{ folder: first }, { folder: second }];
  return new BatchReader({ corpora, seed: 3, batchType: "tokens", batchSize: 150, bucketSize: 128, ...change }, warn);
}

/** Names of the pairs of the next batches: corpus and line. */
function take(reader: BatchReader, count: number): string[][] {
  return Array.from({ length: count }, () => {
    const { corpora, lines } = reader.next();
    return Array.from(lines, (line, i) => `${corpora[i]}:${line}`);
  });
}

function epoch(reader: BatchReader): string[][] {
  const { epoch: current } = reader.position();
  const batches: string[][] = [];
  while (reader.position().epoch === current) batches.push(...take(reader, 1));
  return batches;
}

test("batches hold the pairs of the texts", () => {
  const texts = [1, 2].map((seed) => [2 * seed, 2 * seed + 1].map((side) => generatedText({ pairs: 500, seed: side })));
  const reader = open();
  const batch = reader.next();
  unpackSentences(batch.source).forEach((ids, i) => {
    expect(`${[...ids].join(" ")}`).toBe(`${texts[batch.corpora[i]!]![0]![batch.lines[i]! - 1]} 3`);
  });
  unpackSentences(batch.targetInput).forEach((ids, i) => {
    expect(`${[...ids].join(" ")}`).toBe(`2 ${texts[batch.corpora[i]!]![1]![batch.lines[i]! - 1]}`);
  });
  reader.close();
});

test("sides begin and end with the pieces of the model that encoded them, which is the same for all corpora", async () => {
  const other = join(folder, "other-ids");
  const wordpieces = { ...numberPieces, bosId: 1, eosId: 2 };
  await prepareCorpus({ ...generatedOptions(other, { pairs: 20, seed: 8 }), wordpieces });
  const reader = open({ corpora: [{ folder: other }] });
  const { source, targetInput, targetOutput } = reader.next();
  for (const ids of unpackSentences(source)) expect(ids.at(-1)).toBe(2);
  for (const ids of unpackSentences(targetInput)) expect(ids[0]).toBe(1);
  for (const ids of unpackSentences(targetInput, targetOutput)) expect(ids.at(-1)).toBe(2);
  reader.close();
  expect(() => open({ corpora: [{ folder: first }, { folder: other }] })).toThrow(/different wordpiece models/);
});

test("an epoch holds every pair once; epochs differ", () => {
  const reader = open();
  const [one, two] = [epoch(reader), epoch(reader)];
  const all = [
    ...Array.from({ length: 500 }, (_, i) => `0:${i + 1}`),
    ...Array.from({ length: 100 }, (_, i) => `1:${i + 1}`),
  ];
  expect(one.flat().toSorted()).toEqual(all.toSorted());
  expect(two.flat().toSorted()).toEqual(all.toSorted());
  expect(one).not.toEqual(two);
  reader.close();
});

describe("resuming", () => {
  test("at any batch of an epoch gives the same remaining batches", () => {
    const reader = open();
    const positions = [reader.position()];
    const batches: string[][] = [];
    while (reader.position().epoch < 2) {
      batches.push(...take(reader, 1));
      positions.push(reader.position());
    }
    for (let at = 0; at < positions.length; at += 7) {
      const resumed = open({ startPosition: JSON.parse(JSON.stringify(positions[at])) });
      expect(resumed.position()).toEqual(positions[at]);
      expect(take(resumed, Math.min(5, batches.length - at))).toEqual(batches.slice(at, at + 5));
      resumed.close();
    }
    reader.close();
  });

  test.each([
    ["seed", { seed: 4 }],
    ["batch size", { batchSize: 160 }],
    ["corpora", { corpora: [{ folder: first }] }],
    ["weights", { corpora: [{ folder: first, weight: 2 }, { folder: second }] }],
  ])("with another %s warns and begins the next epoch", (_, change) => {
    const before = open();
    take(before, 4);
    const messages: string[] = [];
    const reader = open({ ...change, startPosition: before.position() }, (message) => messages.push(message));
    expect(messages).toEqual([expect.stringMatching(/have changed/)]);
    expect(reader.position()).toMatchObject({ epoch: 1, batchInEpoch: 0 });
    before.close();
    reader.close();
  });
});

test("workers share an epoch without overlap and take the same number of batches", () => {
  const shares = [0, 1, 2].map((index) => {
    const reader = open({ worker: { index, count: 3 } });
    const batches = epoch(reader);
    reader.close();
    return batches;
  });
  expect(new Set(shares.map((batches) => batches.length)).size).toBe(1);
  const pairs = shares.flat(2);
  expect(new Set(pairs).size).toBe(pairs.length);
  // Only what does not fill a last round is left out.
  expect(pairs.length).toBeGreaterThan(520);
});

describe("errors", () => {
  test("more workers than batches", () => {
    expect(() => open({ worker: { index: 0, count: 500 } })).toThrow(expect.objectContaining({ name: "DataError" }));
  });

  test("no corpora", () => {
    expect(() => open({ corpora: [] })).toThrow(expect.objectContaining({ name: "DataError" }));
  });

  test("a shard that is missing, or of an earlier preparation", async () => {
    const [damaged, other] = [join(folder, "damaged"), join(folder, "other")];
    await preparedCorpus(damaged, { pairs: 300, seed: 5, shardBytes: 4000 });
    await preparedCorpus(other, { pairs: 300, seed: 6, shardBytes: 4000 });
    writeFileSync(shardPath(damaged, 1), readFileSync(shardPath(other, 1)));
    const where = shardPath(damaged, 1);
    const options = { corpora: [{ folder: damaged }] };
    expect(() => open(options)).toThrow(
      expect.objectContaining({ name: "DataError", where, message: expect.stringMatching(/another corpus/) }),
    );
    rmSync(where);
    expect(() => open(options)).toThrow(expect.objectContaining({ name: "DataError", where }));
  });

  test("pairs longer than the batch are told of", () => {
    const messages: string[] = [];
    open({ batchSize: 8 }, (message) => messages.push(message)).close();
    expect(messages).toEqual([expect.stringMatching(/longest pair has 13 positions, more than batch_size 8/)]);
  });
});

test("a corpus of targets alone gives batches without sources", async () => {
  const monolingual = join(folder, "monolingual");
  await prepareCorpus({ ...generatedOptions(monolingual, { pairs: 20, seed: 7 }), pathTgt: undefined });
  const reader = open({ corpora: [{ folder: monolingual }] });
  const batch = reader.next();
  expect(batch.source.ids).toHaveLength(0);
  expect([...batch.sourceRows.offsets]).toEqual(Array.from({ length: batch.lines.length + 1 }, () => 0));
  expect(batch.targetOutput.length).toBeGreaterThan(batch.lines.length);
  reader.close();
});
