/**
 * Binary shards of encoded sentence pairs, read by index without loading them. Little-endian:
 *
 *     header, 48 bytes   "NMTPAIRS", then uint32: version, bytes per id, pairs, bytes of records, CRC-32 of the index,
 *                        CRC-32 of the header without this field; 16 bytes of the shard's fingerprint
 *     index              uint32 [pairs] source lengths, uint32 [pairs] target lengths
 *     records            a pair each: uint32 CRC-32 of the rest, uint32 corpus line, source ids, target ids
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { DataError } from "../../base/errors.ts";

const MAGIC = Buffer.from("NMTPAIRS", "latin1");
const VERSION = 1;
const HEADER = 48;
const HEADER_CRC = 28;
/** Bytes of a record before its ids. */
export const RECORD_HEAD = 8;

/** One encoded sentence pair. */
export interface SentencePair {
  /** The encoder's input as it is read: optional language tag, pieces, `</s>`. */
  source: Int32Array;
  /** Target pieces alone, without `<s>` and `</s>`; may be empty. */
  target: Int32Array;
  /** Line of the corpus, from 1; 0 where there is none. */
  line?: number;
  /** Which corpus of the mixture it is of, from 0. */
  corpus?: number;
  /** Which positions of source and target are aligned, where that is given. */
  links?: PieceLinks;
}

/** Link i is between source position `sources[i]`, tag counted, and target piece `targets[i]`; by target piece, then by source position. */
export interface PieceLinks {
  /** [links] */
  sources: Int32Array;
  /** [links] */
  targets: Int32Array;
}

/** Bytes an id takes. */
export type IdBytes = 2 | 4;

/** Pairs between records whose places are remembered; those between are found by their lengths. */
const STRIDE = 64;

/** An open shard. Takes 4 bytes of memory a pair, or 8 where a side has more than 65,535 ids. */
export class Shard {
  readonly path: string;
  readonly pairs: number;
  private readonly file: number;
  private readonly idBytes: IdBytes;
  /** Of sources, then of targets: [2, pairs]. */
  private readonly lengths: Uint16Array | Uint32Array;
  /** [⌈pairs / STRIDE⌉] byte of the file at which every STRIDE-th record starts */
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
      this.lengths = lengths.every((length) => length <= 0xffff) ? Uint16Array.from(lengths) : lengths;
      const { offsets, end } = recordOffsets(lengths, HEADER + index.length, this.idBytes);
      if (end !== size) throw this.damaged("its index does not fit its records");
      this.offsets = offsets;
    } catch (error) {
      closeSync(this.file);
      throw error;
    }
  }

  sourceLength(pair: number): number {
    return this.lengths[pair]!;
  }

  targetLength(pair: number): number {
    return this.lengths[this.pairs + pair]!;
  }

  /** Reads one pair. Throws DataError where its bytes are not those that were written. */
  pair(pair: number): SentencePair {
    const record = this.read(this.offsetOf(pair), this.recordBytes(pair));
    if (crc32(record.subarray(4)) !== record.readUInt32LE(0)) throw this.damaged(`its pair ${pair} was altered`);
    const at = record.byteOffset + RECORD_HEAD;
    const count = (record.length - RECORD_HEAD) / this.idBytes;
    const ids =
      this.idBytes === 2 ? new Uint16Array(record.buffer, at, count) : new Int32Array(record.buffer, at, count);
    const middle = this.sourceLength(pair);
    return {
      source: Int32Array.from(ids.subarray(0, middle)),
      target: Int32Array.from(ids.subarray(middle)),
      line: record.readUInt32LE(4),
    };
  }

  close(): void {
    closeSync(this.file);
  }

  private offsetOf(pair: number): number {
    const known = Math.floor(pair / STRIDE);
    let offset = this.offsets[known]!;
    for (let before = known * STRIDE; before < pair; before++) offset += this.recordBytes(before);
    return offset;
  }

  private recordBytes(pair: number): number {
    return RECORD_HEAD + this.idBytes * (this.sourceLength(pair) + this.targetLength(pair));
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

/** Offsets of every STRIDE-th record, and the byte at which the last one ends. */
function recordOffsets(lengths: Uint32Array, first: number, idBytes: number): { offsets: Uint32Array; end: number } {
  const pairs = lengths.length / 2;
  const offsets = new Uint32Array(Math.ceil(pairs / STRIDE));
  let offset = first;
  for (let i = 0; i < pairs; i++) {
    if (i % STRIDE === 0) offsets[i / STRIDE] = offset;
    offset += RECORD_HEAD + idBytes * (lengths[i]! + lengths[pairs + i]!);
  }
  return { offsets, end: offset };
}

/** The header of a shard of so many pairs and bytes of records. */
export function shardHeader(
  idBytes: IdBytes,
  pairs: number,
  recordBytes: number,
  index: Uint8Array,
  fingerprint: string,
): Buffer {
  const header = Buffer.alloc(HEADER);
  MAGIC.copy(header);
  [VERSION, idBytes, pairs, recordBytes, crc32(index)].forEach((word, i) => {
    header.writeUInt32LE(word, 8 + 4 * i);
  });
  fingerprintBytes(fingerprint).copy(header, 32);
  header.writeUInt32LE(headerChecksum(header), HEADER_CRC);
  return header;
}

function headerChecksum(header: Buffer): number {
  return crc32(header.subarray(32), crc32(header.subarray(0, HEADER_CRC)));
}

/** The first 16 bytes of a fingerprint in hexadecimal. */
function fingerprintBytes(fingerprint: string): Buffer {
  return Buffer.from(fingerprint.slice(0, 32), "hex");
}
