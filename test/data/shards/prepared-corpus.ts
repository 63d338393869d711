/** Generated corpora for tests of training data: a line's words are numbers, and a word's piece is its number. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../../src/base/random.ts";
import { type PrepareOptions, prepareCorpus } from "../../../src/data/shards/prepare.ts";
import type { PreparedCorpus } from "../../../src/data/shards/prepared-folder.ts";

export interface GeneratedCorpus {
  pairs: number;
  seed: number;
  shardBytes?: number;
}

/** Words are numbers from 4 to 203; 1 to 12 of them on either side. */
export function generatedText({ pairs, seed }: GeneratedCorpus): string[] {
  const random = new Random(seed);
  const words = () => Array.from({ length: 1 + random.integer(12) }, () => 4 + random.integer(200)).join(" ");
  return Array.from({ length: pairs }, words);
}

export function encodeNumbers(text: string): Int32Array {
  return Int32Array.from(
    text.split(" ").filter((word) => word !== ""),
    Number,
  );
}

/** Stands for a wordpiece model whose pieces are numbers. */
export const numberPieces = {
  size: 204,
  bosId: 2,
  eosId: 3,
  encode: encodeNumbers,
  toBytes: () => Buffer.from("numbers"),
};

/** Writes texts and options for `prepareCorpus`; every pair is clean and different. */
export function generatedOptions(folder: string, generated: GeneratedCorpus): PrepareOptions {
  mkdirSync(folder, { recursive: true });
  const text = (side: number) => `${generatedText({ ...generated, seed: 2 * generated.seed + side }).join("\n")}\n`;
  const [pathSrc, pathTgt] = [join(folder, "text.src"), join(folder, "text.tgt")];
  writeFileSync(pathSrc, text(0));
  writeFileSync(pathTgt, text(1));
  return {
    pathSrc,
    pathTgt,
    srcLang: "xx",
    tgtLang: `y${generated.seed}`,
    wordpieces: numberPieces,
    maxLengths: { source: 50, target: 50 },
    cleaning: { maxRatio: 100 },
    dropDuplicates: false,
    outDir: folder,
    ...(generated.shardBytes === undefined ? {} : { shardBytes: generated.shardBytes }),
  };
}

export async function preparedCorpus(folder: string, generated: GeneratedCorpus): Promise<PreparedCorpus> {
  return prepareCorpus(generatedOptions(folder, generated));
}
