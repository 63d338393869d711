// Source of truth: the generated texts, and the shards of a preparation that was never stopped.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { PairReader } from "../../../src/data/batches/pair-reader.ts";
import { type PrepareOptions, prepareCorpus } from "../../../src/data/shards/prepare.ts";
import { type PreparedCorpus, readPrepared } from "../../../src/data/shards/prepared-folder.ts";
import { encodeNumbers, generatedOptions, generatedText, numberPieces } from "./prepared-corpus.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-prepare-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Options for two short texts in a folder of their own, encoding words as numbers. */
function twoTexts(
  name: string,
  source: string,
  target: string | undefined,
  more: Partial<PrepareOptions> = {},
): PrepareOptions {
  const options = generatedOptions(join(folder, name), { pairs: 1, seed: 1 });
  writeFileSync(options.pathSrc, source);
  if (target !== undefined) writeFileSync(options.pathTgt!, target);
  return { ...options, dropDuplicates: true, pathTgt: target === undefined ? undefined : options.pathTgt, ...more };
}

function pairsOf(prepared: PreparedCorpus): { source: number[]; target: number[]; line: number }[] {
  const reader = new PairReader([prepared]);
  const pairs = Array.from({ length: reader.pairs }, (_, i) => {
    const { source, target, line } = reader.pair(i);
    return { source: [...source], target: [...target], line: line! };
  });
  reader.close();
  return pairs;
}

function shards(path: string): Record<string, string> {
  const names = readdirSync(path).filter((name) => name.endsWith(".bin"));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(path, name), "base64")]));
}

describe("a prepared corpus", () => {
  test("has sides of the greatest lengths, and none longer", async () => {
    const options = twoTexts("longest", "10 11\n12 13\n14 15 16\n17\n", "20 21 22\n23 24 25 26\n27\n28\n", {
      maxLengths: { source: 2, target: 3 },
    });
    const prepared = await prepareCorpus(options);
    expect(pairsOf(prepared).map(({ line }) => line)).toEqual([1, 4]);
    expect(prepared.report).toMatchObject({ dropped: { "too long": { count: 2 } } });
    expect(prepared.longest).toEqual({ source: 3, target: 4 });
  });

  test("counts a repeated pair as a duplicate, whatever its length", async () => {
    const options = twoTexts("repeated", "10 11 12\n10 11 12\n13\n", "20\n20\n21\n", {
      maxLengths: { source: 2, target: 3 },
    });
    const { report } = await prepareCorpus(options);
    expect(report).toMatchObject({ kept: 1, dropped: { "too long": { count: 1 }, duplicate: { count: 1 } } });
  });

  test("holds pairs whose sides have their own language's letters", async () => {
    const words = {
      ...numberPieces,
      encode: (text: string) => Int32Array.of(text.length),
      toBytes: () => Buffer.from("lengths"),
    };
    const options = twoTexts("scripts", "a dog\nсобака\na dog runs\n", "собака\na dog\na dog runs\n", {
      ...{ srcLang: "en", tgtLang: "ru", wordpieces: words, cleaning: { maxRatio: 100, minScriptShare: 0.5 } },
    });
    const prepared = await prepareCorpus(options);
    expect(pairsOf(prepared).map(({ line }) => line)).toEqual([1]);
    expect(prepared.report).toMatchObject({ dropped: { "other script": { count: 2 } } });
  });

  test("is not made of a line that cannot be encoded, which is named", async () => {
    const encode = (text: string) => {
      if (text.includes("12")) throw new Error("no such piece");
      return encodeNumbers(text);
    };
    const wordpieces = { ...numberPieces, encode };
    const options = twoTexts("unencodable", "10\n11\n12\n13\n", "20\n21\n22\n23\n", { wordpieces });
    await expect(prepareCorpus(options)).rejects.toMatchObject({
      name: "DataError",
      message: "The line cannot be encoded: no such piece.",
      where: `${options.pathSrc}:3`,
    });
  });

  test("holds tag, pieces and </s> of the sources, pieces of the targets, and the lines they are from", async () => {
    const prepared = await prepareCorpus(twoTexts("small", "10 11\n\n12\n", "20\n21\n22 23 24\n", { tag: 4 }));
    expect(pairsOf(prepared)).toEqual([
      { source: [4, 10, 11, 3], target: [20], line: 1 },
      { source: [4, 12, 3], target: [22, 23, 24], line: 3 },
    ]);
    expect(prepared).toMatchObject({ pairs: 2, srcLang: "xx", tgtLang: "y1", longest: { source: 4, target: 4 } });
    expect(prepared.report).toMatchObject({ read: 3, kept: 2, dropped: { empty: { count: 1 } } });
    expect(readPrepared(prepared.folder)).toEqual(prepared);
    expect(readdirSync(prepared.folder).sort()).toEqual([
      "cleaning.html",
      "pairs-00000.bin",
      "prepared.json",
      "text.src",
      "text.tgt",
    ]);
  });

  test("ends sources with the </s> of its wordpiece model", async () => {
    const wordpieces = { ...numberPieces, bosId: 1, eosId: 2 };
    const prepared = await prepareCorpus(twoTexts("other-ids", "10 11\n", "20\n", { wordpieces }));
    expect(pairsOf(prepared)).toEqual([{ source: [10, 11, 2], target: [20], line: 1 }]);
    expect(prepared.markers).toEqual({ bosId: 1, eosId: 2 });
  });

  test("leaves out repeated pairs and pairs of too many pieces, and counts them", async () => {
    const texts = ["10 11\n10 11\n10 11\n12 12 12 12\n13\n14 14\n", "20\n20\n21\n22\n23 23 23\n24\n"] as const;
    const prepared = await prepareCorpus(twoTexts("dropped", ...texts, { maxLengths: { source: 3, target: 2 } }));
    expect(pairsOf(prepared).map(({ line }) => line)).toEqual([1, 3, 6]);
    expect(prepared.report.dropped).toMatchObject({
      duplicate: { count: 1, examples: [{ line: 2 }] },
      "too long": { count: 2, examples: [{ line: 4 }, { line: 5 }] },
    });
  });

  test("of one language has targets alone", async () => {
    const prepared = await prepareCorpus(
      twoTexts("monolingual", "10 11\n12\n", undefined, { tag: 4, cleaning: { dropIdentical: true } }),
    );
    expect(pairsOf(prepared)).toEqual([
      { source: [], target: [10, 11], line: 1 },
      { source: [], target: [12], line: 2 },
    ]);
  });

  test("spans shards", async () => {
    const generated = { pairs: 700, seed: 4, shardBytes: 4000 };
    const prepared = await prepareCorpus(generatedOptions(join(folder, "shards"), generated));
    expect(prepared.shards).toBeGreaterThan(5);
    const [sources, targets] = [generatedText({ pairs: 700, seed: 8 }), generatedText({ pairs: 700, seed: 9 })];
    expect(pairsOf(prepared)).toEqual(
      sources.map((source, i) => ({
        source: [...encodeNumbers(source), 3],
        target: [...encodeNumbers(targets[i]!)],
        line: i + 1,
      })),
    );
  });
});

describe("an unchanged corpus", () => {
  const counted = (options: PrepareOptions) => {
    const counter = { encoded: 0 };
    const encode = (text: string) => {
      counter.encoded++;
      return options.wordpieces.encode(text);
    };
    return { options: { ...options, wordpieces: { ...options.wordpieces, encode } }, counter };
  };

  test("is not prepared again; a changed text, option or encoder prepares it again", async () => {
    const { options, counter } = counted(generatedOptions(join(folder, "again"), { pairs: 50, seed: 3 }));
    const runs = async (change: Partial<PrepareOptions> = {}) => {
      counter.encoded = 0;
      await prepareCorpus({ ...options, ...change });
      return counter.encoded > 0;
    };
    expect(await runs()).toBe(true);
    expect(await runs()).toBe(false);
    utimesSync(options.pathSrc, 1, 1);
    expect(await runs(), "another time, the same text").toBe(false);
    expect(await runs({ tag: 5 })).toBe(true);
    expect(await runs({ tag: 5, wordpieces: { ...options.wordpieces, toBytes: () => Buffer.from("other") } })).toBe(
      true,
    );
    expect(await runs({ wordpieces: { ...options.wordpieces, eosId: 2 } }), "another </s>").toBe(true);
    expect(await runs({ wordpieces: { ...options.wordpieces, bosId: 1 } }), "another <s>").toBe(true);
    expect(await runs({ maxLengths: { source: 9, target: 9 } })).toBe(true);
    expect(await runs()).toBe(true);
    writeFileSync(options.pathTgt!, readFileSync(options.pathTgt!, "utf8").replace(/\d+/, "7"));
    expect(await runs()).toBe(true);
    rmSync(join(folder, "again", "pairs-00000.bin"));
    expect(await runs(), "a shard is missing").toBe(true);
  });

  test("is the same whether compressed or not, in its shards' pairs", async () => {
    const plain = await prepareCorpus(twoTexts("plain", "10 11\n12\n", "20\n22 23 24\n"));
    const options = twoTexts("gzip", "", "");
    writeFileSync(`${options.pathSrc}.gz`, gzipSync("10 11\n12\n"));
    const packed = await prepareCorpus({
      ...options,
      pathSrc: `${options.pathSrc}.gz`,
      pathTgt: join(plain.folder, "text.tgt"),
    });
    expect(pairsOf(packed)).toEqual(pairsOf(plain));
  });
});

describe("a preparation that was stopped", () => {
  test("goes on after its last whole shard, to the same shards", async () => {
    const larger = { pairs: 20_000, seed: 6, shardBytes: 60_000 };
    const whole = await prepareCorpus({ ...generatedOptions(join(folder, "whole"), larger), dropDuplicates: true });
    const options = { ...generatedOptions(join(folder, "stopped"), larger), dropDuplicates: true };
    let encoded = 0;
    const encode = (text: string) => {
      if (++encoded === 33_333) throw new Error("stopped");
      return options.wordpieces.encode(text);
    };
    const wordpieces = { ...options.wordpieces, encode };
    await expect(prepareCorpus({ ...options, wordpieces })).rejects.toThrow("stopped");
    expect(existsSync(join(options.outDir, "prepared.json"))).toBe(false);
    const resumed = await prepareCorpus({ ...options, wordpieces });
    expect(encoded).toBeLessThan(2 * 20_000 + 2 * 6000);
    expect({ ...resumed, folder: "" }).toEqual({ ...whole, folder: "" });
    expect(shards(resumed.folder)).toEqual(shards(whole.folder));
  });
});

describe("errors of preparation", () => {
  test("nothing left to train on, and why", async () => {
    const options = twoTexts("nothing", "10 11 12\n1\n", "20\n\n", { maxLengths: { source: 2, target: 2 } });
    await expect(prepareCorpus({ ...options, maxLengths: { source: 1, target: 1 } })).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringMatching(/1 of 2 are dropped as (empty|too long)/),
      nextStep: expect.any(String),
    });
    await expect(prepareCorpus(twoTexts("no-lines", "", ""))).rejects.toThrow(/no lines/);
  });

  test("different line counts and bad bytes come through", async () => {
    await expect(prepareCorpus(twoTexts("unequal", "10\n11\n", "20\n"))).rejects.toThrow("2 and 1");
    const options = twoTexts("bytes", "10\n", "20\n");
    writeFileSync(options.pathTgt!, Buffer.from([0x32, 0xff, 0x0a]));
    await expect(prepareCorpus(options)).rejects.toMatchObject({ name: "DataError", where: `${options.pathTgt}:1` });
    await expect(prepareCorpus({ ...options, pathSrc: join(folder, "none") })).rejects.toMatchObject({
      name: "DataError",
      where: join(folder, "none"),
    });
  });

  test("a folder that cannot be written", async () => {
    const options = twoTexts("unwritable", "10\n", "20\n");
    const outDir = join(folder, "unwritable-target");
    writeFileSync(outDir, "a file is in the way");
    await expect(prepareCorpus({ ...options, outDir })).rejects.toMatchObject({ name: "DataError", where: outDir });
  });
});
