/** Reads .zip archives by their central directory (PKWARE APPNOTE): stored and deflated members, 64-bit sizes. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { DataError } from "../../base/errors.ts";
import type { ArchiveMember } from "./archive-member.ts";

interface Entry {
  path: string;
  flags: number;
  /** 0 stored, 8 deflated. */
  method: number;
  crc: number;
  packedSize: number;
  size: number;
  /** Byte of the file at which its local header begins. */
  offset: number;
}

const CHUNK = 1 << 18;
const END = 0x06054b50;
const END_SIZE = 22;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const FULL = 0xffffffff;

/** Throws DataError where the archive is damaged, encrypted, or packed in another way. */
export async function* zipMembers(path: string): AsyncGenerator<ArchiveMember> {
  const file = open(path);
  try {
    for (const entry of centralDirectory(file, path)) {
      if (!entry.path.endsWith("/")) yield { path: entry.path, chunks: contents(file, entry, path) };
    }
  } finally {
    closeSync(file);
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
function centralDirectory(file: number, path: string): Entry[] {
  const fileSize = fstatSync(file).size;
  // The end record is followed by a comment of up to 64 KiB.
  const tailSize = Math.min(fileSize, END_SIZE + 0xffff);
  const tail = read(file, fileSize - tailSize, tailSize, path);
  let at = tail.length - END_SIZE;
  while (at >= 0 && tail.readUInt32LE(at) !== END) at--;
  if (at < 0) throw damaged(path, "it has no directory, so it is cut off or no zip file");
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
  return entries(read(file, offset, size, path), count, path);
}

function entries(directory: Buffer, count: number, path: string): Entry[] {
  const found: Entry[] = [];
  for (let at = 0; found.length < count; ) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL) {
      throw damaged(path, `its directory breaks off after ${found.length} of ${count} files`);
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((place) => directory.readUInt16LE(at + place));
    const end = at + 46 + nameLength! + extraLength! + commentLength!;
    if (end > directory.length) throw damaged(path, "its directory breaks off");
    const entry: Entry = {
      path: directory.toString("utf8", at + 46, at + 46 + nameLength!),
      flags: directory.readUInt16LE(at + 8),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    };
    found.push(withLargeSizes(entry, directory.subarray(end - commentLength! - extraLength!, end - commentLength!)));
    at = end;
  }
  return found;
}

/** Extra field 1 has the 64-bit values of those that do not fit 32 bits, in this order. */
function withLargeSizes(entry: Entry, extra: Buffer): Entry {
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

async function* contents(file: number, entry: Entry, path: string): AsyncGenerator<Uint8Array> {
  const where = `${path}, ${entry.path}`;
  if ((entry.flags & 1) !== 0) throw damaged(where, "it is encrypted");
  if (entry.method !== 0 && entry.method !== 8) throw damaged(where, `it is packed by method ${entry.method}`);
  const header = read(file, entry.offset, 30, where);
  if (header.readUInt32LE(0) !== LOCAL) throw damaged(where, "its header is not where the directory says");
  const begin = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = packedChunks(file, begin, entry.packedSize, where);
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
