/** Bytes of a text, which is a file or, as `-`, standard input; decompressed by its name or by how it begins. */
import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from "node:fs";
import { DataError, NmtError } from "../../base/errors.ts";
import { type Compression, compressionOfBytes, compressionOfName, decompress, unpack } from "./decompress.ts";

const CHUNK = 1 << 18;

/** The path that stands for standard input; a file of this name is `./-`. */
const STANDARD_INPUT = "-";

/** Streams that were read: what has been taken from standard input does not come again. */
const taken = new WeakSet<object>();

/** A path as messages name it. */
export function nameOfText(path: string): string {
  return path === STANDARD_INPUT ? "standard input" : path;
}

/** Chunks of a text, read as they are asked for. Plain files take one chunk of memory; compressed ones are unpacked whole. */
export function* readBytes(path: string): Generator<Uint8Array> {
  let compression = compressionOfName(path);
  if (compression === undefined) {
    for (const chunk of readRawBytes(path)) {
      compression ??= decided(compressionOfBytes(chunk));
      if (compression !== undefined) break;
      yield chunk;
    }
  }
  if (compression === undefined) return;
  const found = compression;
  const bytes = guarded(path, () => unpack(readFileSync(path), found), found);
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

/** Chunks of a text as they arrive, in bounded memory; `compression` says it where neither name nor bytes do. */
export async function* streamBytes(path: string, compression?: Compression): AsyncGenerator<Uint8Array> {
  const raw = rawChunks(path);
  const head: Uint8Array[] = [];
  let found: Compression | "undecided" | undefined = compression ?? compressionOfName(path) ?? "undecided";
  try {
    while (found === "undecided") {
      const { done, value } = await raw.next();
      if (done === true) break;
      head.push(value);
      found = compressionOfBytes(head.length === 1 ? value : Buffer.concat(head));
    }
    const chunks = after(head, raw);
    if (found === undefined || found === "undecided") yield* chunks;
    else yield* guardedChunks(decompress(chunks, found), path, found);
  } finally {
    // Not awaited: a read from a terminal may never end.
    raw.return(undefined).catch(() => {});
  }
}

/** Lets go of standard input after a failure; otherwise its open end would keep the process waiting for another line. */
export function releaseInput(path: string | undefined): void {
  if (path === undefined || path === STANDARD_INPUT) process.stdin.destroy();
}

/** Chunks of a file as it is stored. */
export function* readRawBytes(path: string): Generator<Uint8Array> {
  const file = guarded(path, () => openSync(path, "r"));
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const size = guarded(path, () => readSync(file, chunk));
      if (size === 0) return;
      yield chunk.subarray(0, size);
    }
  } finally {
    closeSync(file);
  }
}

/** The same of anything that can be read: waiting for a pipe or a terminal must not keep the process from its work. */
async function* rawChunks(path: string): AsyncGenerator<Uint8Array> {
  if (path === STANDARD_INPUT) yield* guardedChunks(standardInput(), path);
  else if (statSync(path, { throwIfNoEntry: false })?.isFile() !== false) yield* readRawBytes(path);
  else yield* guardedChunks(createReadStream(path, { highWaterMark: CHUNK }), path);
}

async function* standardInput(): AsyncGenerator<Uint8Array> {
  const { stdin } = process;
  if (taken.has(stdin)) {
    throw new DataError("Standard input is to be read more than once.", {
      where: nameOfText(STANDARD_INPUT),
      nextStep: "Put the text into a file, and name the file.",
    });
  }
  taken.add(stdin);
  for await (const chunk of stdin) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
}

async function* after(head: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* head;
  yield* rest;
}

function decided(compression: Compression | "undecided" | undefined): Compression | undefined {
  return compression === "undecided" ? undefined : compression;
}

async function* guardedChunks(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  compression?: Compression,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    throw unreadable(path, cause, compression);
  }
}

function guarded<T>(path: string, read: () => T, compression?: Compression): T {
  try {
    return read();
  } catch (cause) {
    throw unreadable(path, cause, compression);
  }
}

function unreadable(path: string, cause: unknown, compression: Compression | undefined): NmtError {
  if (cause instanceof NmtError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const details = { where: nameOfText(path), cause };
  if (code === "ENOENT" && !/^spawn/.test(message)) {
    return new DataError("The file does not exist.", { ...details, nextStep: "Check the path." });
  }
  if (code === "ENOENT") {
    return new DataError(`The text cannot be unpacked: the program ${compression} is not installed.`, {
      ...details,
      nextStep: `Install ${compression}, or unpack the text.`,
    });
  }
  if (code === "EISDIR") {
    return new DataError("This is a folder, not a text file.", { ...details, nextStep: "Name a file." });
  }
  const damaged = compression === undefined ? "" : " It may be damaged or cut off, or something else may follow it.";
  return new DataError(`The text cannot be read: ${message.trim()}.${damaged}`, {
    ...details,
    nextStep: damaged === "" ? "Check the file and its permissions." : "Fetch or compress the file again.",
  });
}
