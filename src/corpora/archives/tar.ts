/** A small reader of .tar archives (POSIX ustar, pax and GNU long names): headers, and whole archives that are small. */
import { gunzipSync } from "node:zlib";
import { DataError } from "../../base/errors.ts";

export const TAR_BLOCK = 512;

/** Regular files of a gzipped archive by path. `name` is the archive's own name, for errors. */
export function readTarGz(bytes: Uint8Array, name: string): Map<string, Uint8Array> {
  let archive: Uint8Array;
  try {
    archive = gunzipSync(bytes);
  } catch (cause) {
    throw damaged(name, "it does not unpack as gzip", cause);
  }
  return readTar(archive, name);
}

/** Regular files of an archive by path. */
function readTar(archive: Uint8Array, name: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let longName: string | undefined;
  for (let at = 0; at + TAR_BLOCK <= archive.length; ) {
    const block = archive.subarray(at, at + TAR_BLOCK);
    if (block.every((byte) => byte === 0)) break;
    const header = readTarHeader(block);
    if (header === undefined) throw damaged(name, `the header at byte ${at} is not valid`);
    const { size, type, path } = header;
    const body = archive.subarray(at + TAR_BLOCK, at + TAR_BLOCK + size);
    if (body.length < size) throw damaged(name, `it ends inside the file at byte ${at}`);
    if (type === "x" || type === "L") longName = tarLongName(type, body) ?? longName;
    else {
      if (type === "0" || type === "\0") files.set(longName ?? path, body);
      longName = undefined;
    }
    at += TAR_BLOCK + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
  return files;
}

export interface TarHeader {
  path: string;
  /** Bytes of the body. */
  size: number;
  /** "0" or NUL: a regular file; "x": a pax header; "L": a GNU long name; others are folders, links and devices. */
  type: string;
}

/** Reads a header block [512], or undefined where it is none. */
export function readTarHeader(block: Uint8Array): TarHeader | undefined {
  if (checksum(block) !== octal(block, 148, 8)) return undefined;
  const size = octal(block, 124, 12);
  if (!(size >= 0)) return undefined;
  return { path: headerPath(block), size, type: String.fromCharCode(block[156]!) };
}

/** The name that a header of type x or L gives the next file, or undefined where it says other things. */
export function tarLongName(type: "x" | "L", body: Uint8Array): string | undefined {
  return type === "x" ? paxPath(body) : text(body, 0, body.length);
}

function text(bytes: Uint8Array, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** An octal number, or GNU's binary one for 8 GiB and more. */
function octal(bytes: Uint8Array, from: number, length: number): number {
  if (bytes[from]! >= 0x80) return bytes.subarray(from + 1, from + length).reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.parseInt(text(bytes, from, length).trim() || "0", 8);
}

/** Sum of the header's bytes, its own checksum field read as spaces. */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
}

function headerPath(header: Uint8Array): string {
  const prefix = text(header, 257, 5) === "ustar" ? text(header, 345, 155) : "";
  return prefix === "" ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
}

/** A pax body is a list of records "LENGTH KEY=VALUE\n", where LENGTH counts the record's bytes. */
function paxPath(body: Uint8Array): string | undefined {
  for (let at = 0; at < body.length; ) {
    const length = Number.parseInt(text(body, at, 20), 10);
    if (!(length > 0)) return undefined;
    const record = text(body, at, length);
    const value = /^\d+ path=([^\n]*)\n$/.exec(record);
    if (value !== null) return value[1];
    at += length;
  }
  return undefined;
}

function damaged(name: string, why: string, cause?: unknown): DataError {
  return new DataError(`The archive is damaged: ${why}.`, {
    where: name,
    nextStep: "Delete the file and fetch it again.",
    cause,
  });
}
