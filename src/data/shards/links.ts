/**
 * Alignments of a prepared corpus: a file beside each of its shards, in the same format (shard.ts), pair by pair; the ids of source and
 * target are the two ends of the links. `links.json` is written last.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  guardWrite,
  type PreparedCorpus,
  readJson,
  shardFingerprint,
  shardPath,
  writeJson,
} from "./prepared-folder.ts";
import { type PieceLinks, type SentencePair, Shard } from "./shard.ts";
import { idBytesFor, ShardWriter } from "./shard-writer.ts";

/** Pairs that are aligned together. */
const BLOCK = 8192;

/** What `links.json` says. */
export interface PreparedLinks {
  /** Of corpus and alignment. */
  fingerprint: string;
  /** Pairs that have a link. */
  aligned: number;
  /** Of all pairs. */
  links: number;
}

/** The file of a shard's links. */
export function linksPath(folder: string, shard: number): string {
  return join(folder, `links-${String(shard).padStart(5, "0")}.bin`);
}

/** The links of a folder, if they are those of the fingerprint. */
export function readLinks(folder: string, fingerprint: string): PreparedLinks | undefined {
  const found = readJson<PreparedLinks>(join(folder, "links.json"));
  return found?.fingerprint === fingerprint ? found : undefined;
}

/** Where links come from. */
export interface LinkSource {
  /** Of each of these pairs; asked for block by block, in the order of the corpus. */
  of(pairs: readonly SentencePair[]): Promise<readonly PieceLinks[]> | readonly PieceLinks[];
  /** Throws where what came is not all of it. */
  finish?(): Promise<void>;
}

/**
 * Writes the links of a prepared corpus. Throws DataError where a shard is damaged or the folder cannot be written, and what the source throws; then no
 * links are found there.
 */
export async function writeLinks(
  prepared: PreparedCorpus,
  fingerprint: string,
  source: LinkSource,
): Promise<PreparedLinks> {
  const { folder, shards, longest } = prepared;
  const written: PreparedLinks = { fingerprint, aligned: 0, links: 0 };
  guardWrite(folder, () => rmSync(join(folder, "links.json"), { force: true }));
  const writer = new ShardWriter(idBytesFor(Math.max(longest.source, longest.target)));
  for (let i = 0; i < shards; i++) {
    const shard = new Shard(shardPath(folder, i), shardFingerprint(prepared.fingerprint, i));
    try {
      for (let from = 0; from < shard.pairs; from += BLOCK) {
        const count = Math.min(BLOCK, shard.pairs - from);
        const pairs = Array.from({ length: count }, (_, n) => shard.pair(from + n));
        for (const [n, { sources, targets }] of (await source.of(pairs)).entries()) {
          writer.add(sources, targets, pairs[n]!.line!);
          written.links += sources.length;
          if (sources.length > 0) written.aligned++;
        }
      }
    } finally {
      shard.close();
    }
    guardWrite(folder, () => writer.write(linksPath(folder, i), shardFingerprint(fingerprint, i)));
  }
  await source.finish?.();
  guardWrite(folder, () => writeJson(join(folder, "links.json"), written));
  return written;
}

/** The links of one shard's pairs. */
export class ShardLinks {
  private readonly file: Shard;

  /** Throws DataError where the file is missing, damaged, or of another shard, corpus or alignment. */
  constructor(folder: string, shard: number, fingerprint: string) {
    this.file = new Shard(linksPath(folder, shard), shardFingerprint(fingerprint, shard));
  }

  /** Throws DataError where its bytes are not those that were written. */
  of(pair: number): PieceLinks {
    const { source, target } = this.file.pair(pair);
    return { sources: source, targets: target };
  }

  close(): void {
    this.file.close();
  }
}
