/** A small reader of .tar archives (POSIX ustar, pax and GNU long names), enough for npm packages. */
import { gunzipSync } from "node:zlib";
import { DataError } from "../src/base/errors.ts";

const BLOCK = 512;

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
export function readTar(archive: Uint8Array, name: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    if (checksum(header) !== octal(header, 148, 8)) throw damaged(name, `the header at byte ${at} is not valid`);
    const size = octal(header, 124, 12);
    const body = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (body.length < size) throw damaged(name, `it ends inside the file at byte ${at}`);
    const type = String.fromCharCode(header[156]!);
    if (type === "x") longName = paxPath(body) ?? longName;
    else if (type === "L") longName = text(body, 0, body.length);
    else {
      if (type === "0" || type === "\0") files.set(longName ?? headerPath(header), body);
      longName = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function text(bytes: Uint8Array, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function octal(bytes: Uint8Array, from: number, length: number): number {
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
