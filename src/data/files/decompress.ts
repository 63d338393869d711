/** Decompression of text as it arrives: gzip (RFC 1952) here, Zstandard, xz and bzip2 by the programs zstd, xz and bzip2. */
import { execFileSync, spawn } from "node:child_process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, type Gunzip, gunzipSync, type Zlib } from "node:zlib";
import { NmtError } from "../../base/errors.ts";

export type Compression = "gzip" | "zstd" | "xz" | "bzip2";

const CHUNK = 1 << 18;

/** How compressed text begins. No UTF-8 text begins so. */
const MAGIC: readonly (readonly [Compression, Buffer])[] = [
  ["gzip", Buffer.from([0x1f, 0x8b])],
  ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ["xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  // For each size of its blocks, then the beginning of the first one, since text may begin with BZh.
  ...[..."123456789"].map((size): [Compression, Buffer] => ["bzip2", Buffer.from(`BZh${size}1AY&SY`)]),
];

/** By the endings of names. */
const ENDINGS: readonly (readonly [string, Compression])[] = [
  [".gz", "gzip"],
  [".zst", "zstd"],
  [".xz", "xz"],
  [".bz2", "bzip2"],
];

export function compressionOfName(path: string): Compression | undefined {
  return ENDINGS.find(([ending]) => path.endsWith(ending))?.[1];
}

/** The compression that a text's first bytes tell; "undecided" where they are too few. */
export function compressionOfBytes(bytes: Uint8Array): Compression | "undecided" | undefined {
  for (const [name, magic] of MAGIC) {
    const length = Math.min(bytes.length, magic.length);
    if (!magic.subarray(0, length).equals(bytes.subarray(0, length))) continue;
    return length === magic.length ? name : "undecided";
  }
  return undefined;
}

/** All of a compressed text at once. Throws what zlib or the program says of damaged bytes. */
export function unpack(packed: Uint8Array, compression: Compression): Uint8Array {
  if (compression !== "gzip") {
    const options = { input: packed, maxBuffer: Number.POSITIVE_INFINITY, stdio: "pipe" } as const;
    return execFileSync(compression, ["-dc"], options);
  }
  const members: Uint8Array[] = [];
  let rest = packed;
  do {
    // The type of `info` is not in Node's declarations.
    const read = gunzipSync(rest, { info: true } as object) as unknown as { buffer: Buffer; engine: Zlib };
    members.push(read.buffer);
    rest = withoutZeros(rest.subarray(read.engine.bytesWritten));
  } while (rest.length > 0);
  return members.length === 1 ? members[0]! : Buffer.concat(members);
}

/** The text of compressed chunks, in bounded memory. Throws likewise. */
export function decompress(chunks: AsyncIterable<Uint8Array>, compression: Compression): AsyncGenerator<Uint8Array> {
  return compression === "gzip" ? gunzip(chunks) : runProgram(chunks, compression);
}

/**
 * Members one after the other, with zero bytes after each, such as those that fill blocks of a tape. Node reads
 * members that follow at once, and drops what comes after a zero byte.
 */
async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = new Chunks(chunks);
  try {
    do {
      const stream = createGunzip({ chunkSize: CHUNK });
      const feeding = feed(input, stream).catch((error: Error) => stream.destroy(error));
      try {
        yield* stream as AsyncIterable<Uint8Array>;
        await feeding;
      } finally {
        stream.destroy();
      }
    } while (await input.skipZeros());
  } finally {
    input.close();
  }
}

/** Writes chunks until the input ends, or until the stream has ended before a zero byte; puts back what it left. */
async function feed(input: Chunks, stream: Gunzip): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    stream.once("close", resolve);
  });
  let given = 0;
  for (let chunk = await input.next(); chunk !== undefined; chunk = await input.next()) {
    const bytes = chunk;
    given += bytes.length;
    // Not every version of Node calls back for bytes after the end.
    const written = new Promise<void>((resolve) => {
      stream.write(bytes, () => resolve());
    });
    await Promise.race([written, closed]);
    if (stream.bytesWritten === given) continue;
    input.putBack(bytes.subarray(bytes.length - (given - stream.bytesWritten)));
    return;
  }
  stream.end();
}

/** Chunks to take one by one, with one place for what was not used. */
class Chunks {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private unused: Uint8Array | undefined;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  async next(): Promise<Uint8Array | undefined> {
    const { unused } = this;
    this.unused = undefined;
    if (unused !== undefined) return unused;
    const { done, value } = await this.chunks.next();
    return done === true ? undefined : value;
  }

  putBack(bytes: Uint8Array): void {
    this.unused = bytes;
  }

  /** Passes over zero bytes; false where nothing else is left. */
  async skipZeros(): Promise<boolean> {
    for (let chunk = await this.next(); chunk !== undefined; chunk = await this.next()) {
      const rest = withoutZeros(chunk);
      if (rest.length === 0) continue;
      this.unused = rest;
      return true;
    }
    return false;
  }

  /** Not awaited: a read from a terminal may never end. */
  close(): void {
    this.chunks.return?.().catch(() => {});
  }
}

function withoutZeros(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  return start < 0 ? bytes.subarray(bytes.length) : bytes.subarray(start);
}

async function* runProgram(chunks: AsyncIterable<Uint8Array>, program: string): AsyncGenerator<Uint8Array> {
  const child = spawn(program, ["-dc"], { stdio: ["pipe", "pipe", "pipe"] });
  let messages = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    messages = (messages + text).slice(-500);
  });
  const ended = new Promise<unknown>((resolve) => {
    child.once("error", resolve);
    child.once("close", (code) => resolve(code === 0 ? undefined : new Error(messages.trim() || `code ${code}`)));
  });
  // A program that ends early says why by itself.
  const feeding = pipeline(Readable.from(chunks), child.stdin).catch((error: unknown) => error);
  try {
    yield* child.stdout as AsyncIterable<Uint8Array>;
    const [failure, unfed] = [await ended, await feeding];
    if (unfed instanceof NmtError) throw unfed;
    if (failure !== undefined) throw failure;
  } finally {
    child.kill();
  }
}
