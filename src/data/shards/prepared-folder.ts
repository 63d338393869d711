/** The folder of a prepared corpus: its shards, and the files that say what they are and how far preparation has come. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { crc32 } from "node:zlib";
import { writeFileAtomic } from "../../base/atomic-file.ts";
import { DataError, NmtError } from "../../base/errors.ts";
import type { MarkerIds } from "../../base/forced-targets.ts";
import type { CleaningReport } from "../cleaning/clean.ts";
import type { OverlapReport } from "../cleaning/overlap-report.ts";
import type { TextIdentity } from "../files/text-identity.ts";

/** A prepared corpus as `prepared.json` describes it. */
export interface PreparedCorpus {
  folder: string;
  fingerprint: string;
  srcLang: string | null;
  tgtLang: string | null;
  /** Of the wordpiece model that encoded it. */
  markers: MarkerIds;
  pairs: number;
  /** Largest number of positions of a pair: tag, pieces and `</s>`. */
  longest: { source: number; target: number };
  shards: number;
  report: CleaningReport;
  /** What of the texts is also in the held-out ones that were named, and a fingerprint of those; absent where none were. */
  heldOut?: OverlapReport & { fingerprint: string };
}

export interface PreparedFile extends PreparedCorpus {
  texts: TextIdentity[];
}

/** Where an unfinished preparation goes on. */
export interface Unfinished {
  fingerprint: string;
  shards: number;
  /** Lines that are dealt with. */
  lines: number;
  longest: { source: number; target: number };
  report: CleaningReport;
}

export function shardPath(folder: string, shard: number): string {
  return join(folder, `pairs-${String(shard).padStart(5, "0")}.bin`);
}

/** What a shard's header carries: another one of the same corpus does not pass for it. */
export function shardFingerprint(fingerprint: string, shard: number): string {
  return createHash("sha256").update(`${fingerprint} ${shard}`).digest("hex");
}

export function shardsExist(folder: string, shards: number): boolean {
  return Array.from({ length: shards }, (_, shard) => shardPath(folder, shard)).every(existsSync);
}

/** The corpus a folder holds. Throws DataError where preparation has not finished there. */
export function readPrepared(folder: string): PreparedCorpus {
  const prepared = readJson<PreparedFile>(join(folder, "prepared.json"));
  if (prepared?.markers !== undefined) return { ...withoutTexts(prepared), folder };
  throw new DataError("The folder does not hold a prepared corpus.", {
    where: folder,
    nextStep: "Prepare the corpus again; the training command does so by itself.",
  });
}

export function withoutTexts({ texts: _, ...prepared }: PreparedFile): PreparedCorpus {
  return prepared;
}

/** Undefined where there is no such file, or it is not as `writeJson` wrote it. */
export function readJson<T>(path: string): T | undefined {
  try {
    const { crc32: promised, ...value } = JSON.parse(readFileSync(path, "utf8"));
    return promised === checksum(path, value) ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

/** An object, with a checksum of it and of the file's name. */
export function writeJson(path: string, value: object): void {
  writeFileAtomic(path, `${JSON.stringify({ ...value, crc32: checksum(path, value) }, null, 2)}\n`);
}

function checksum(path: string, value: object): string {
  return crc32(`${basename(path)}\n${JSON.stringify(value)}`)
    .toString(16)
    .padStart(8, "0");
}

/** Throws DataError for what goes wrong while the folder is written. */
export function guardWrite(folder: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    if (cause instanceof NmtError) throw cause;
    throw new DataError(`The prepared corpus cannot be written: ${(cause as Error).message}.`, {
      where: folder,
      nextStep:
        "Free disk space or choose another folder; what was written is kept, and the same command goes on from it.",
      cause,
    });
  }
}
