/** Reads .zip archives by their central directory (PKWARE APPNOTE): stored and deflated members, 64-bit sizes. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { DataError } from "../../base/errors.ts";
import {
  ZIP_COMMENT_SIZE,
  ZIP_END_SIZE,
  ZIP_LOCAL_SIZE,
  type ZipEntry,
  zipDataStart,
  zipEnd,
  zipEntries,
  zipObstacle,
} from "../../base/zip-entries.ts";
import type { ArchiveMember } from "./archive-member.ts";

const CHUNK = 1 << 18;
const FULL = 0xffffffff;

/** Throws DataError where the archive is damaged, encrypted, or packed in another way. */
export async function* zipMembers(path: string): AsyncGenerator<ArchiveMember> {
  const archive = openZip(path);
  try {
    for (const entry of archive.entries) yield { path: entry.path, chunks: archive.contents(entry) };
  } finally {
    archive.close();
  }
}

/** An archive whose members are read in any order. */
export interface ZipArchive {
  /** Without folders. */
  entries: readonly ZipEntry[];
  /** Throws DataError likewise. */
  contents(entry: ZipEntry): AsyncGenerator<Uint8Array>;
  close(): void;
}

/** Throws DataError where it cannot be read, or its directory is damaged. */
export function openZip(path: string): ZipArchive {
  const file = open(path);
  try {
    const entries = centralDirectory(file, path).filter((entry) => !entry.path.endsWith("/"));
    return { entries, contents: (entry) => contents(file, entry, path), close: () => closeSync(file) };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new DataError(`The archive cannot be read: ${(cause as Error).message}.`, {
      where: path,
      nextStep: "Check the path.",
      cause,
    });
  }
}

/** Every member, as the directory at the end of the file lists them. */
function centralDirectory(file: number, path: string): ZipEntry[] {
  const fileSize = fstatSync(file).size;
  // The end record is followed by a comment of up to 64 KiB.
  const tailSize = Math.min(fileSize, ZIP_END_SIZE + ZIP_COMMENT_SIZE);
  const tail = read(file, fileSize - tailSize, tailSize, path);
  const at = zipEnd(tail);
  if (at === undefined) throw damaged(path, "it has no directory, so it is cut off or no zip file");
  let count: number = tail.readUInt16LE(at + 10);
  let size: number = tail.readUInt32LE(at + 12);
  let offset: number = tail.readUInt32LE(at + 16);
  if (at >= 20 && tail.readUInt32LE(at - 20) === 0x07064b50) {
    const end64 = read(file, number64(tail, at - 12), 56, path);
    count = number64(end64, 32);
    size = number64(end64, 40);
    offset = number64(end64, 48);
  }
  if (offset + size > fileSize) throw damaged(path, "its directory lies outside the file");
  return zipEntries(read(file, offset, size, path), count, (why) => damaged(path, why)).map(withLargeSizes);
}

/** Extra field 1 has the 64-bit values of those that do not fit 32 bits, in this order. */
function withLargeSizes(given: ZipEntry): ZipEntry {
  const entry = { ...given };
  const { extra } = entry;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let from = at + 4;
    for (const key of ["size", "packedSize", "offset"] as const) {
      if (entry[key] !== FULL || from + 8 > extra.length) continue;
      entry[key] = number64(extra, from);
      from += 8;
    }
  }
  return entry;
}

async function* contents(file: number, entry: ZipEntry, path: string): AsyncGenerator<Uint8Array> {
  const where = `${path}, ${entry.path}`;
  const obstacle = zipObstacle(entry);
  if (obstacle !== undefined) throw damaged(where, obstacle);
  const start = zipDataStart(read(file, entry.offset, ZIP_LOCAL_SIZE, where));
  if (start === undefined) throw damaged(where, "its header is not where the directory says");
  const packed = packedChunks(file, entry.offset + start, entry.packedSize, where);
  let size = 0;
  let crc = 0;
  try {
    const unpacked = entry.method === 0 ? packed : inflated(packed);
    for await (const chunk of unpacked as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > entry.size) throw damaged(where, `it is longer than its ${entry.size} bytes`);
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw damaged(where, `it does not unpack: ${(cause as Error).message}`, cause);
  }
  if (size !== entry.size) throw damaged(where, `it has ${size} bytes, not ${entry.size}`);
  if (crc !== entry.crc) throw damaged(where, "its checksum differs");
}

function inflated(packed: Iterable<Buffer>): Readable {
  const source = Readable.from(packed);
  const inflate = createInflateRaw({ chunkSize: CHUNK });
  // A pipe does not pass errors on.
  source.once("error", (error) => inflate.destroy(error));
  inflate.once("close", () => source.destroy());
  return source.pipe(inflate);
}

function* packedChunks(file: number, begin: number, size: number, where: string): Generator<Buffer> {
  for (let at = 0; at < size; at += CHUNK) yield read(file, begin + at, Math.min(CHUNK, size - at), where);
}

function read(file: number, at: number, length: number, where: string): Buffer {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const count = readSync(file, bytes, done, length - done, at + done);
    if (count === 0) throw damaged(where, `it ends at byte ${at + done}`);
    done += count;
  }
  return bytes;
}

function number64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

function damaged(where: string, why: string, cause?: unknown): DataError {
  return new DataError(`The archive is damaged: ${why}.`, {
    where,
    nextStep: "Delete the file and fetch it again.",
    cause,
  });
}
