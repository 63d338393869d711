/** Opens a file of whatever compression: its head, to see what it is, and then all of it. */
import { statSync } from "node:fs";
import { nameOfText, streamBytes } from "../../data/files/bytes.ts";
import { compressionOfName } from "../../data/files/decompress.ts";
import { decodedHead } from "../../data/files/text-format.ts";
import { archiveOf, zipMemberChunks } from "../archives/zip-member.ts";
import { type InputFile, plainName } from "./importer.ts";

/** Bytes that are looked at: licences in comments may be long. */
const HEAD = 1 << 16;

/** A file that may be closed before its end. */
export interface OpenFile extends InputFile {
  close(): Promise<void>;
}

/** Of a path, which may lead into a zip archive (zip-member.ts). Throws DataError where it cannot be read. Whoever opens it reads it, or calls `close`. */
export async function openInput(path: string): Promise<OpenFile> {
  const archive = archiveOf(path);
  if (archive !== undefined) return inputOf(path, zipMemberChunks(archive, path));
  const file = await inputOf(path, streamBytes(path));
  return isPlain(path) ? { ...file, place: path } : file;
}

function isPlain(path: string): boolean {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return isFile && compressionOfName(path) === undefined;
}

/** The same of chunks, decompressed, such as those of an archive's member. */
export async function inputOf(path: string, stream: AsyncGenerator<Uint8Array>): Promise<OpenFile> {
  const first: Uint8Array[] = [];
  for (let size = 0; size < HEAD; ) {
    const { done, value } = await stream.next();
    if (done === true) break;
    first.push(value);
    size += value.length;
  }
  const bytes = (first.length === 1 ? first[0]! : Buffer.concat(first)).subarray(0, HEAD);
  return {
    path: nameOfText(path),
    head: { name: plainName(path), text: decodedHead(bytes), bytes },
    chunks: after(first, stream),
    close: async () => {
      await stream.return(undefined);
    },
  };
}

async function* after(first: Uint8Array[], rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let chunk = first.shift(); chunk !== undefined; chunk = first.shift()) yield chunk;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
