/** Reads safetensors files, one tensor at a time or whole, and verifies the checksums our own files carry. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { CheckpointError } from "../base/errors.ts";
import { arrayOf } from "./element-types.ts";
import {
  CHUNK_BYTES,
  checksumStart,
  damaged,
  decodeHeader,
  headerLength,
  type NamedArray,
  promisedChecksum,
  type SafetensorsHeader,
  type TensorEntry,
} from "./safetensors-header.ts";

/** Bytes that are verified at once: they stay in a processor's cache. */
const VERIFY_BYTES = 256 * 1024;

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
    this.check(entry, [bytes]);
    return { name: entry.name, shape: entry.shape, data: arrayOf(entry.dtype, bytes.buffer) };
  }

  /** Reads the whole file and verifies all checksums, in little memory. Throws CheckpointError when bytes were altered. */
  verify(): void {
    const buffer = new Uint8Array(VERIFY_BYTES);
    for (const entry of this.header.entries) this.check(entry, this.parts(entry, buffer));
  }

  /** A tensor's bytes, part by part, in the same buffer. */
  private *parts({ begin, end }: TensorEntry, buffer: Uint8Array): Generator<Uint8Array> {
    for (let at = begin; at < end; ) {
      const read = this.readAt(buffer, 0, Math.min(buffer.length, end - at), this.dataStart + at);
      if (read === 0) throw damaged(this.path, "it ends too early");
      yield buffer.subarray(0, read);
      at += read;
    }
  }

  private check(entry: TensorEntry, parts: Iterable<Uint8Array>): void {
    const promised = promisedChecksum(this.header, entry.name);
    if (promised !== undefined) {
      let checksum = checksumStart(entry);
      for (const part of parts) checksum = crc32(part, checksum);
      if (checksum !== promised) throw damaged(this.path, `the checksum of ${entry.name} does not match`);
    } else if (this.header.metadata["format"] === "gnmt-moe") {
      throw damaged(this.path, `the checksum of ${entry.name} is missing`);
    }
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
