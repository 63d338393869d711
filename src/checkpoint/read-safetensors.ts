/** Reads safetensors files, one tensor at a time or whole, and verifies the checksums our own files carry. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { CheckpointError } from "../base/errors.ts";
import type { Part } from "../parallel/parts.ts";
import { arrayOf } from "./element-types.ts";
import {
  CHUNK_BYTES,
  checksumText,
  damaged,
  decodeHeader,
  headerLength,
  type NamedArray,
  promisedChecksum,
  type SafetensorsHeader,
  type TensorEntry,
} from "./safetensors-header.ts";

/** A CRC-32 that a file promises, of `before` in UTF-8 and then its bytes [begin, end). */
export interface Checksum {
  name: string;
  begin: number;
  end: number;
  checksum: number;
  before: string;
}

/** Bytes that are read at a time for their checksum alone. */
const SUM_BYTES = 4 * 1024 * 1024;

/** An open file; tensors are read on demand. Close it. */
export class SafetensorsReader {
  readonly path: string;
  readonly header: SafetensorsHeader;
  private readonly file: number;
  /** The file's first byte behind the header. */
  readonly dataStart: number;

  /** Opens the file and reads its header. Throws CheckpointError when it is missing, cut off or not safetensors. */
  constructor(path: string) {
    this.path = path;
    try {
      this.file = openSync(path, "r");
    } catch (error) {
      throw new CheckpointError("the file cannot be read", {
        where: `${path} (${(error as NodeJS.ErrnoException).code})`,
        nextStep: "Check the path and its permissions.",
        cause: error,
      });
    }
    try {
      const { size } = fstatSync(this.file);
      const length = headerLength(this.bytes(0, Math.min(8, size)), size, path);
      this.dataStart = 8 + length;
      this.header = decodeHeader(this.bytes(8, length), size - this.dataStart, path);
    } catch (error) {
      closeSync(this.file);
      throw error;
    }
  }

  /** Reads one tensor, as the array that `arrayOf` makes of its type, and verifies its checksum. Throws CheckpointError when bytes were altered. */
  read(entry: TensorEntry): NamedArray {
    const bytes = this.bytes(this.dataStart + entry.begin, entry.end - entry.begin);
    this.check(entry, bytes);
    return { name: entry.name, shape: entry.shape, data: arrayOf(entry.dtype, bytes.buffer) };
  }

  /** Reads some of the things along a tensor's first axis. Its checksum is of all of them, and not looked at. */
  readPart({ name, dtype, shape, begin, end }: TensorEntry, part: Part): NamedArray {
    const [count, ...rest] = shape as [number, ...number[]];
    const each = count === 0 ? 0 : (end - begin) / count;
    const bytes = this.bytes(this.dataStart + begin + part.begin * each, part.length * each);
    return { name, shape: [part.length, ...rest], data: arrayOf(dtype, bytes.buffer) };
  }

  /**
   * What the file's checksums cover, for reading it elsewhere: places in the file, and the text that a checksum begins with. Files of other programs
   * have none. Throws CheckpointError where one of ours lacks some.
   */
  checksums(): Checksum[] {
    return this.header.entries.flatMap((entry) => {
      const checksum = this.promised(entry);
      if (checksum === undefined) return [];
      if (!(checksum >= 0 && checksum < 2 ** 32)) throw this.altered(entry.name);
      const [begin, end] = [this.dataStart + entry.begin, this.dataStart + entry.end];
      return [{ name: entry.name, begin, end, checksum, before: checksumText(entry) }];
    });
  }

  /** CRC-32 of the file's bytes [begin, end), read in pieces. Throws CheckpointError where they cannot be read. */
  sumOf(begin: number, end: number): number {
    let sum = 0;
    for (let at = begin; at < end; at += SUM_BYTES) sum = crc32(this.bytes(at, Math.min(SUM_BYTES, end - at)), sum);
    return sum;
  }

  private check(entry: TensorEntry, bytes: Uint8Array): void {
    const promised = this.promised(entry);
    if (promised !== undefined && crc32(bytes, crc32(checksumText(entry))) !== promised) throw this.altered(entry.name);
  }

  /** The error of a tensor whose checksum is another. */
  altered(name: string): CheckpointError {
    return damaged(this.path, `the checksum of ${name} does not match`);
  }

  private promised({ name }: TensorEntry): number | undefined {
    const promised = promisedChecksum(this.header, name);
    if (promised === undefined && this.header.metadata["format"] === "gnmt-moe") {
      throw damaged(this.path, `the checksum of ${name} is missing`);
    }
    return promised;
  }

  close(): void {
    closeSync(this.file);
  }

  private bytes(from: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const read = this.readAt(bytes, at, Math.min(CHUNK_BYTES, length - at), from + at);
      if (read === 0) throw damaged(this.path, "it ends too early");
      at += read;
    }
    return bytes;
  }

  private readAt(bytes: Uint8Array, at: number, length: number, position: number): number {
    try {
      return readSync(this.file, bytes, at, length, position);
    } catch (error) {
      throw damaged(this.path, (error as Error).message, error);
    }
  }
}

export interface SafetensorsContent {
  metadata: Readonly<Record<string, string>>;
  tensors: NamedArray[];
}

/** Reads and verifies a whole file. Throws CheckpointError. */
export function readSafetensors(path: string): SafetensorsContent {
  const reader = new SafetensorsReader(path);
  try {
    return { metadata: reader.header.metadata, tensors: reader.header.entries.map((entry) => reader.read(entry)) };
  } finally {
    reader.close();
  }
}
