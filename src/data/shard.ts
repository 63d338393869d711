/**
 * Binary shards of encoded sentence pairs, read by index without loading them. Little-endian:
 *
 *     header, 48 bytes   "NMTPAIRS", then uint32: version, bytes per id, pairs, bytes of records, CRC-32 of the index,
 *                        CRC-32 of the header without this field; 16 bytes of the corpus's fingerprint
 *     index              uint32 [pairs] source lengths, uint32 [pairs] target lengths
 *     records            a pair each: uint32 CRC-32 of the rest, uint32 corpus line, source ids, target ids
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { DataError } from "../base/errors.ts";
import type { SentencePair } from "./batch.ts";

const MAGIC = Buffer.from("NMTPAIRS", "latin1");
const VERSION = 1;
const HEADER = 48;
const HEADER_CRC = 28;
const RECORD_HEAD = 8;

/** Collects pairs for one shard in memory. */
export class ShardWriter {
  private ids = new Int32Array(1 << 16);
  private used = 0;
  private largest = 0;
  private readonly lines: number[] = [];
  private readonly sourceLengths: number[] = [];
  private readonly targetLengths: number[] = [];

  get pairs(): number {
    return this.lines.length;
  }

  /** Size of the records so far, in bytes, if ids take two. */
  get bytes(): number {
    return 2 * this.used + RECORD_HEAD * this.pairs;
  }

  add(source: ArrayLike<number>, target: ArrayLike<number>, line: number): void {
    this.append(source);
    this.append(target);
    this.sourceLengths.push(source.length);
    this.targetLengths.push(target.length);
    this.lines.push(line);
  }

  /** Writes the shard; a reader sees all of it or nothing. */
  write(path: string, fingerprint: string): void {
    const idBytes = this.largest > 0xffff ? 4 : 2;
    const records = this.records(idBytes);
    const index = bytesOf(Uint32Array.from(this.sourceLengths.concat(this.targetLengths)));
    const header = Buffer.alloc(HEADER);
    MAGIC.copy(header);
    [VERSION, idBytes, this.pairs, records.length, crc32(index)].forEach((word, i) => {
      header.writeUInt32LE(word, 8 + 4 * i);
    });
    fingerprintBytes(fingerprint).copy(header, 32);
    header.writeUInt32LE(headerChecksum(header), HEADER_CRC);
    writeFileAtomic(path, [header, index, records]);
  }

  private append(ids: ArrayLike<number>): void {
    if (this.used + ids.length > this.ids.length) {
      const larger = new Int32Array(2 * (this.used + ids.length));
      larger.set(this.ids.subarray(0, this.used));
      this.ids = larger;
    }
    this.ids.set(ids, this.used);
    this.used += ids.length;
    for (let i = 0; i < ids.length; i++) if (ids[i]! > this.largest) this.largest = ids[i]!;
  }

  private records(idBytes: 2 | 4): Buffer {
    const records = Buffer.alloc(RECORD_HEAD * this.pairs + idBytes * this.used);
    for (let pair = 0, at = 0, from = 0; pair < this.pairs; pair++) {
      const count = this.sourceLengths[pair]! + this.targetLengths[pair]!;
      const ids = this.ids.subarray(from, from + count);
      const end = at + RECORD_HEAD + idBytes * count;
      records.writeUInt32LE(this.lines[pair]!, at + 4);
      records.set(bytesOf(idBytes === 2 ? Uint16Array.from(ids) : ids), at + RECORD_HEAD);
      records.writeUInt32LE(crc32(records.subarray(at + 4, end)), at);
      from += count;
      at = end;
    }
    return records;
  }
}

/** An open shard. Takes 8 bytes of memory a pair. */
export class Shard {
  readonly path: string;
  readonly pairs: number;
  private readonly file: number;
  private readonly idBytes: 2 | 4;
  /** [pairs] */
  private readonly sourceLengths: Uint32Array;
  /** [pairs + 1] byte of the file at which each record starts */
  private readonly offsets: Uint32Array;

  /** Throws DataError where the file is missing, cut off, altered, or not of this corpus. */
  constructor(path: string, fingerprint: string) {
    this.path = path;
    this.file = openShard(path);
    try {
      const header = this.read(0, HEADER);
      const word = (at: number) => header.readUInt32LE(at);
      if (!header.subarray(0, 8).equals(MAGIC)) throw this.damaged("it is not a shard");
      if (word(8) !== VERSION) throw this.damaged(`its version is ${word(8)}, not ${VERSION}`);
      if (word(HEADER_CRC) !== headerChecksum(header)) throw this.damaged("its header was altered");
      if (!header.subarray(32).equals(fingerprintBytes(fingerprint))) throw this.damaged("it is of another corpus");
      this.idBytes = word(12) === 4 ? 4 : 2;
      this.pairs = word(16);
      const size = HEADER + 8 * this.pairs + word(20);
      const found = fstatSync(this.file).size;
      if (found !== size) throw this.damaged(`it has ${found} bytes, not ${size}`);
      const index = this.read(HEADER, 8 * this.pairs);
      if (crc32(index) !== word(24)) throw this.damaged("its index was altered");
      const lengths = new Uint32Array(index.buffer, index.byteOffset, 2 * this.pairs);
      this.sourceLengths = lengths.slice(0, this.pairs);
      this.offsets = recordOffsets(lengths, HEADER + index.length, this.idBytes);
    } catch (error) {
      closeSync(this.file);
      throw error;
    }
  }

  sourceLength(pair: number): number {
    return this.sourceLengths[pair]!;
  }

  targetLength(pair: number): number {
    const bytes = this.offsets[pair + 1]! - this.offsets[pair]! - RECORD_HEAD;
    return bytes / this.idBytes - this.sourceLengths[pair]!;
  }

  /** Reads one pair. Throws DataError where its bytes are not those that were written. */
  pair(pair: number): SentencePair {
    const record = this.read(this.offsets[pair]!, this.offsets[pair + 1]! - this.offsets[pair]!);
    if (crc32(record.subarray(4)) !== record.readUInt32LE(0)) throw this.damaged(`its pair ${pair} was altered`);
    const at = record.byteOffset + RECORD_HEAD;
    const count = (record.length - RECORD_HEAD) / this.idBytes;
    const ids =
      this.idBytes === 2 ? new Uint16Array(record.buffer, at, count) : new Int32Array(record.buffer, at, count);
    const middle = this.sourceLengths[pair]!;
    return {
      source: Int32Array.from(ids.subarray(0, middle)),
      target: Int32Array.from(ids.subarray(middle)),
      line: record.readUInt32LE(4),
    };
  }

  close(): void {
    closeSync(this.file);
  }

  /** A buffer of its own, so that typed arrays over it are aligned. */
  private read(at: number, length: number): Buffer {
    const bytes = Buffer.from(new ArrayBuffer(length));
    for (let done = 0; done < length; ) {
      const size = readSync(this.file, bytes, done, length - done, at + done);
      if (size === 0) throw this.damaged(`it ends at byte ${at + done}`);
      done += size;
    }
    return bytes;
  }

  private damaged(why: string): DataError {
    return new DataError(`The shard is damaged: ${why}.`, {
      where: this.path,
      nextStep: "Delete the folder it is in; the same command prepares the corpus again.",
    });
  }
}

function openShard(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new DataError("The shard cannot be opened.", {
      where: path,
      nextStep: "Delete the folder it is in; the same command prepares the corpus again.",
      cause,
    });
  }
}

function recordOffsets(lengths: Uint32Array, first: number, idBytes: number): Uint32Array {
  const pairs = lengths.length / 2;
  const offsets = new Uint32Array(pairs + 1);
  offsets[0] = first;
  for (let i = 0; i < pairs; i++) {
    offsets[i + 1] = offsets[i]! + RECORD_HEAD + idBytes * (lengths[i]! + lengths[pairs + i]!);
  }
  return offsets;
}

function headerChecksum(header: Buffer): number {
  return crc32(header.subarray(32), crc32(header.subarray(0, HEADER_CRC)));
}

/** The first 16 bytes of a fingerprint in hexadecimal. */
function fingerprintBytes(fingerprint: string): Buffer {
  return Buffer.from(fingerprint.slice(0, 32), "hex");
}

function bytesOf(array: Uint16Array | Uint32Array | Int32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
