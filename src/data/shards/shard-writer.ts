/** Writes shards of encoded sentence pairs, whose format shard.ts describes: records first, each pair's own, then a file of them. */
import { crc32 } from "node:zlib";
import { writeFileAtomic } from "../../base/atomic-file.ts";
import { type IdBytes, RECORD_HEAD, shardHeader } from "./shard.ts";

/** Most ids fit two bytes; a vocabulary of more pieces takes four. */
export function idBytesFor(pieces: number): IdBytes {
  return pieces > 65_536 ? 4 : 2;
}

/** Records of pairs, one after the other. */
export class RecordBuffer {
  readonly idBytes: IdBytes;
  private buffer = Buffer.from(new ArrayBuffer(1 << 16));
  private view = new DataView(this.buffer.buffer);
  private used = 0;

  constructor(idBytes: IdBytes) {
    this.idBytes = idBytes;
  }

  /** Bytes of all records. */
  get length(): number {
    return this.used;
  }

  /** The records: a view, good until the next call. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.used);
  }

  /** Adds a record; its bytes are 8 and the ids'. */
  add(source: ArrayLike<number>, target: ArrayLike<number>, line: number): void {
    const start = this.used;
    this.reserve(RECORD_HEAD + this.idBytes * (source.length + target.length));
    this.view.setUint32(start + 4, line, true);
    this.used = start + RECORD_HEAD;
    this.append(source);
    this.append(target);
    this.view.setUint32(start, crc32(this.buffer.subarray(start + 4, this.used)), true);
  }

  /** Adds records made elsewhere, with ids of as many bytes. */
  addBytes(records: Uint8Array, from: number, to: number): void {
    this.reserve(to - from);
    this.buffer.set(records.subarray(from, to), this.used);
    this.used += to - from;
  }

  clear(): void {
    this.used = 0;
  }

  private append(ids: ArrayLike<number>): void {
    let at = this.used;
    if (this.idBytes === 2) for (let i = 0; i < ids.length; i++, at += 2) this.view.setUint16(at, ids[i]!, true);
    else for (let i = 0; i < ids.length; i++, at += 4) this.view.setInt32(at, ids[i]!, true);
    this.used = at;
  }

  private reserve(bytes: number): void {
    if (this.used + bytes <= this.buffer.length) return;
    const larger = Buffer.from(new ArrayBuffer(Math.ceil(1.5 * (this.used + bytes))));
    larger.set(this.bytes);
    this.buffer = larger;
    this.view = new DataView(larger.buffer);
  }
}

/** Collects pairs for one shard in memory. */
export class ShardWriter {
  private readonly records: RecordBuffer;
  private readonly sourceLengths: number[] = [];
  private readonly targetLengths: number[] = [];

  constructor(idBytes: IdBytes) {
    this.records = new RecordBuffer(idBytes);
  }

  get pairs(): number {
    return this.sourceLengths.length;
  }

  /** Size of the records so far. */
  get bytes(): number {
    return this.records.length;
  }

  add(source: ArrayLike<number>, target: ArrayLike<number>, line: number): void {
    this.records.add(source, target, line);
    this.sourceLengths.push(source.length);
    this.targetLengths.push(target.length);
  }

  /** Adds a record made elsewhere, records[from … to). */
  addRecord(records: Uint8Array, from: number, to: number, sourceLength: number, targetLength: number): void {
    this.records.addBytes(records, from, to);
    this.sourceLengths.push(sourceLength);
    this.targetLengths.push(targetLength);
  }

  /** Writes the shard, which a reader sees whole or not at all, and begins the next. */
  write(path: string, fingerprint: string): void {
    const { records, pairs } = this;
    const index = Buffer.from(Uint32Array.from(this.sourceLengths.concat(this.targetLengths)).buffer);
    const header = shardHeader(records.idBytes, pairs, records.length, index, fingerprint);
    writeFileAtomic(path, [header, index, records.bytes]);
    records.clear();
    this.sourceLengths.length = 0;
    this.targetLengths.length = 0;
  }
}
