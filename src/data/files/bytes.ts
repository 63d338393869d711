/** Bytes of a text file, decompressed by its name: .gz here, .zst and .xz by the programs zstd and xz. */
import { execFileSync, spawn } from "node:child_process";
import { closeSync, createReadStream, openSync, readFileSync, readSync } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip, gunzipSync } from "node:zlib";
import { DataError } from "../../base/errors.ts";

const CHUNK = 1 << 18;

/** Chunks of a text, read as they are asked for. Plain files take one chunk of memory; compressed ones are unpacked whole. */
export function* readBytes(path: string): Generator<Uint8Array> {
  const program = decompressor(path);
  if (program === undefined) yield* readRawBytes(path);
  else {
    const bytes = unpack(path, program);
    for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
  }
}

/** Chunks of a text as they arrive, in bounded memory; `compression` says it where the name does not. */
export async function* streamBytes(path: string, compression?: "gzip" | "zstd" | "xz"): AsyncGenerator<Uint8Array> {
  const program = compression ?? decompressor(path);
  if (program === undefined) yield* readRawBytes(path);
  else if (program === "gzip") yield* streamGzip(path);
  else yield* streamProgram(path, program);
}

function decompressor(path: string): "gzip" | "zstd" | "xz" | undefined {
  if (path.endsWith(".gz")) return "gzip";
  if (path.endsWith(".zst")) return "zstd";
  return path.endsWith(".xz") ? "xz" : undefined;
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

function unpack(path: string, program: "gzip" | "zstd" | "xz"): Uint8Array {
  const packed = guarded(path, () => readFileSync(path));
  return guarded(path, () =>
    program === "gzip"
      ? gunzipSync(packed)
      : execFileSync(program, ["-dc"], { input: packed, maxBuffer: Number.POSITIVE_INFINITY, stdio: "pipe" }),
  );
}

async function* streamGzip(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: CHUNK });
  const gunzip = createGunzip({ chunkSize: CHUNK });
  file.once("error", (error) => gunzip.destroy(error));
  try {
    yield* chunksOf(file.pipe(gunzip), path);
  } finally {
    file.destroy();
  }
}

async function* streamProgram(path: string, program: string): AsyncGenerator<Uint8Array> {
  guarded(path, () => closeSync(openSync(path, "r")));
  const child = spawn(program, ["-dc", "--", path], { stdio: ["ignore", "pipe", "pipe"] });
  let messages = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    messages = (messages + text).slice(-500);
  });
  const ended = new Promise<unknown>((resolve) => {
    child.once("error", resolve);
    child.once("close", (code) => resolve(code === 0 ? undefined : new Error(messages.trim() || `code ${code}`)));
  });
  try {
    yield* chunksOf(child.stdout, path);
    const failure = await ended;
    if (failure !== undefined) throw unreadable(path, failure);
  } finally {
    child.kill();
  }
}

async function* chunksOf(stream: Readable, path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function guarded<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): DataError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const details = { where: path, cause };
  if (code === "ENOENT" && !/^spawn/.test(message)) {
    return new DataError("The file does not exist.", { ...details, nextStep: "Check the path." });
  }
  if (code === "ENOENT") {
    const program = decompressor(path);
    return new DataError(`The file cannot be unpacked: the program ${program} is not installed.`, {
      ...details,
      nextStep: `Install ${program}, or unpack the file.`,
    });
  }
  if (code === "EISDIR") {
    return new DataError("This is a folder, not a text file.", { ...details, nextStep: "Name a file." });
  }
  const damaged = decompressor(path) === undefined ? "" : " It may be damaged or cut off.";
  return new DataError(`The file cannot be read: ${message.trim()}.${damaged}`, {
    ...details,
    nextStep: damaged === "" ? "Check the file and its permissions." : "Fetch or compress the file again.",
  });
}
