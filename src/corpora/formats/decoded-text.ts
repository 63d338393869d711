/** Text of a file in the encoding that its first bytes tell: a byte order mark, an XML declaration, or UTF-8. */
import { isUtf8 } from "node:buffer";
import { DataError } from "../../base/errors.ts";
import { placeOf } from "../../data/files/line-splitter.ts";
import type { FileHead, InputFile } from "./importer.ts";

const NEWLINE = 10;

/** "utf-16le" or "utf-16be" by a byte order mark or by how text of ASCII begins; undefined for anything else. */
function utf16({ bytes }: FileHead): string | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first !== 0 && second === 0) return "utf-16le";
  return first === 0 && second !== 0 && bytes.length > 1 ? "utf-16be" : undefined;
}

/** What an XML file declares, but for UTF-16 that its bytes are not. */
export function xmlEncoding(head: FileHead): string {
  const found = utf16(head);
  if (found !== undefined) return found;
  const start = Buffer.from(head.bytes.subarray(0, 300)).toString("latin1");
  const declared = /^(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1];
  return declared === undefined || /^(?:utf|ucs|unicode)/i.test(declared) ? "utf-8" : declared;
}

/**
 * The file's text in chunks, without its byte order mark. `lines` says how many line breaks all chunks so far had. Throws DataError for an
 * encoding that is unknown, and naming the line of bytes that are not of it.
 */
export async function* decodedText(file: InputFile, encoding: string, lines: () => number): AsyncGenerator<string> {
  const decoder = decoderOf(encoding, file.path);
  let isFirst = true;
  for await (const chunk of file.chunks) {
    const text = decoder.decode(chunk);
    if (text === undefined) throw undecodable(file.path, 1 + lines() + linesBeforeFault(chunk, encoding), encoding);
    if (text === "") continue;
    yield isFirst && text.startsWith("\ufeff") ? text.slice(1) : text;
    isFirst = false;
  }
  if (!decoder.end()) throw undecodable(file.path, 1 + lines(), encoding);
}

interface ChunkDecoder {
  /** Undefined for bytes that are not of the encoding. */
  decode(chunk: Uint8Array): string | undefined;
  /** Whether the last character was whole. */
  end(): boolean;
}

function decoderOf(encoding: string, path: string): ChunkDecoder {
  if (encoding === "utf-8") return new Utf8Decoder();
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch (cause) {
    throw new DataError(`The file is in the encoding "${encoding}", which is unknown here.`, {
      where: path,
      nextStep: "Convert it to UTF-8, declaration included, for example with: iconv -t UTF-8.",
      cause,
    });
  }
  const guarded = (chunk?: Uint8Array) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      return undefined;
    }
  };
  return { decode: guarded, end: () => guarded() !== undefined };
}

/** Several times as fast as a TextDecoder. */
class Utf8Decoder implements ChunkDecoder {
  /** Bytes of a character that has begun. */
  private begun: Uint8Array = new Uint8Array(0);

  decode(chunk: Uint8Array): string | undefined {
    const bytes =
      this.begun.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([this.begun, chunk]);
    const end = bytes.length - begunBytes(bytes);
    this.begun = bytes.subarray(end);
    const whole = bytes.subarray(0, end);
    return isUtf8(whole) ? whole.toString("utf8") : undefined;
  }

  end(): boolean {
    return this.begun.length === 0;
  }
}

/** How many bytes at the end are the beginning of a character: at most 3. */
function begunBytes(bytes: Uint8Array): number {
  for (let count = 1; count <= Math.min(3, bytes.length); count++) {
    const byte = bytes[bytes.length - count]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return count < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? count : 0;
  }
  return 0;
}

/** Line breaks of a chunk before the first line that is not UTF-8; its first and last character may be cut. */
function linesBeforeFault(chunk: Uint8Array, encoding: string): number {
  if (encoding !== "utf-8") return 0;
  let from = 0;
  while (from < 3 && (chunk[from]! & 0xc0) === 0x80) from++;
  for (let line = 0; ; line++) {
    const end = chunk.indexOf(NEWLINE, from);
    if (end < 0 || !isUtf8(chunk.subarray(from, end))) return line;
    from = end + 1;
  }
}

function undecodable(path: string, line: number, encoding: string): DataError {
  return new DataError(`The text is not valid ${encoding.toUpperCase()}.`, {
    where: placeOf(path, line),
    nextStep: "Convert the file to UTF-8, for example with: iconv -f WINDOWS-1252 -t UTF-8.",
  });
}
