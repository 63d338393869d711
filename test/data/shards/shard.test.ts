// Source of truth: the pairs that were written, and the file format in the module's own description.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import { Random } from "../../../src/base/random.ts";
import type { SentencePair } from "../../../src/data/shards/shard.ts";
import { Shard, shardHeader } from "../../../src/data/shards/shard.ts";
import { idBytesFor, ShardWriter } from "../../../src/data/shards/shard-writer.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-shard-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const FINGERPRINT = "00112233445566778899aabbccddeeff0123";

function randomPairs(count: number, below: number): Required<Pick<SentencePair, "source" | "target" | "line">>[] {
  const random = new Random(count);
  const ids = () => Int32Array.from({ length: random.integer(20) }, () => random.integer(below));
  return Array.from({ length: count }, (_, i) => ({ source: ids(), target: ids(), line: 3 * i + 1 }));
}

function write(name: string, pairs: ReturnType<typeof randomPairs>, pieces = 1000): string {
  const writer = new ShardWriter(idBytesFor(pieces));
  for (const { source, target, line } of pairs) writer.add(source, target, line);
  const path = join(folder, name);
  writer.write(path, FINGERPRINT);
  return path;
}

test.each([
  ["two bytes", 65_536, 2],
  ["four bytes", 300_000, 4],
])("pairs come back by index, ids of %s", (name, below, idBytes) => {
  const pairs = randomPairs(500, below);
  const path = write(name, pairs, below);
  expect(readFileSync(path).readUInt32LE(12)).toBe(idBytes);
  const shard = new Shard(path, FINGERPRINT);
  expect(shard.pairs).toBe(500);
  for (const i of new Random(1).shuffle(Array.from(pairs.keys()))) {
    expect(shard.pair(i)).toEqual(pairs[i]);
    expect(shard.sourceLength(i)).toBe(pairs[i]!.source.length);
    expect(shard.targetLength(i)).toBe(pairs[i]!.target.length);
  }
  shard.close();
});

test("sides longer than 16 bits can say, and the pairs after them", () => {
  const long = { source: new Int32Array(70_000).fill(7), target: Int32Array.of(8, 9), line: 1 };
  const pairs = [
    long,
    { source: Int32Array.of(1), target: new Int32Array(65_536).fill(5), line: 2 },
    ...randomPairs(3, 9),
  ];
  const shard = new Shard(write("long", pairs), FINGERPRINT);
  expect(shard.sourceLength(0)).toBe(70_000);
  expect(shard.targetLength(1)).toBe(65_536);
  for (const [i, pair] of pairs.entries()) expect(shard.pair(i)).toEqual(pair);
  shard.close();
});

describe("damage", () => {
  const pairs = randomPairs(20, 1000);

  test("an index whose lengths have changed places is found on opening", () => {
    const path = write("exchanged", pairs);
    const bytes = readFileSync(path);
    const [first, second] = [0, 1].map((pair) => bytes.readUInt32LE(48 + 4 * pair));
    expect(first).not.toBe(second);
    bytes.writeUInt32LE(second!, 48);
    bytes.writeUInt32LE(first!, 52);
    writeFileSync(path, bytes);
    expect(() => new Shard(path, FINGERPRINT)).toThrow(/index was altered/);
  });

  test("any altered byte is found, on opening or when its pair is read", () => {
    const path = write("altered", pairs);
    const intact = readFileSync(path);
    for (let at = 0; at < intact.length; at++) {
      const bytes = Buffer.from(intact);
      bytes[at]! ^= 1 << (at % 8);
      writeFileSync(path, bytes);
      const readAll = () => {
        const shard = new Shard(path, FINGERPRINT);
        try {
          for (let i = 0; i < shard.pairs; i++) shard.pair(i);
        } finally {
          shard.close();
        }
      };
      expect(readAll, `byte ${at}`).toThrow(expect.objectContaining({ name: "DataError", where: path }));
    }
  });

  test("any cut is found on opening", () => {
    const path = write("cut", pairs);
    const intact = readFileSync(path);
    for (const length of [0, 7, 47, 48, 60, 200, intact.length - 1]) {
      writeFileSync(path, intact.subarray(0, length));
      expect(() => new Shard(path, FINGERPRINT), `${length} bytes`).toThrow(DataError);
    }
  });

  test("an index that promises other records than there are, however well it is signed", () => {
    const records = Buffer.alloc(8 + 2 * 4);
    for (const lengths of [
      [2, 3],
      [0xffffffff, 0xffffffff],
    ]) {
      const index = Buffer.from(Uint32Array.from(lengths).buffer);
      const path = join(folder, "promises");
      writeFileSync(path, Buffer.concat([shardHeader(2, 1, records.length, index, FINGERPRINT), index, records]));
      expect(() => new Shard(path, FINGERPRINT)).toThrow(/index does not fit/);
    }
  });

  test("a shard of another corpus, a missing one", () => {
    const path = write("other", pairs);
    expect(() => new Shard(path, "ff".repeat(16))).toThrow(/another corpus/);
    expect(() => new Shard(join(folder, "missing"), FINGERPRINT)).toThrow(
      expect.objectContaining({ name: "DataError", where: join(folder, "missing"), nextStep: expect.any(String) }),
    );
  });
});
