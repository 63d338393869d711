/** Cuts a byte stream into lines of strict UTF-8. Lines end with \n or \r\n; a byte order mark at the start is dropped. */
import { isUtf8 } from "node:buffer";
import { DataError } from "../../base/errors.ts";
import { nameOfText } from "./bytes.ts";

/** Bytes of a line that are kept; what follows is cut off, so that no input takes unbounded memory. */
export const LONGEST_LINE = 1 << 20;

export const NEWLINE = 10;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Cuts a byte stream after its line ends, without decoding it. */
export class LineCutter {
  /** Whether the first of the lines given last is longer than what was kept of it; no other one can be. */
  firstIsCut = false;
  /** The line that has begun but not ended. */
  private begun: Uint8Array[] = [];
  private begunBytes = 0;
  private begunIsCut = false;

  /** The lines that end in this chunk, without the newline after the last one; undefined where none ends. */
  push(chunk: Uint8Array): Uint8Array | undefined {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end < 0) {
      this.keep(chunk);
      return undefined;
    }
    const first = chunk.indexOf(NEWLINE);
    if (this.begunBytes === 0 && end < LONGEST_LINE) {
      this.firstIsCut = false;
      this.keep(chunk.subarray(end + 1));
      return chunk.subarray(0, end);
    }
    this.keep(chunk.subarray(0, first));
    const lines = Buffer.concat([this.takeBegun(), chunk.subarray(first, end)]);
    this.keep(chunk.subarray(end + 1));
    return lines;
  }

  /** The last line, where the file does not end with a newline. */
  finish(): Uint8Array | undefined {
    return this.begunBytes === 0 ? undefined : this.takeBegun();
  }

  private keep(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, LONGEST_LINE - this.begunBytes);
    if (kept.length < bytes.length) this.begunIsCut = true;
    if (kept.length > 0) this.begun.push(kept);
    this.begunBytes += kept.length;
  }

  private takeBegun(): Uint8Array {
    const bytes = this.begun.length === 1 ? this.begun[0]! : Buffer.concat(this.begun);
    this.begun = [];
    this.begunBytes = 0;
    this.firstIsCut = this.begunIsCut;
    this.begunIsCut = false;
    return bytes.length < LONGEST_LINE ? bytes : withoutLastCharacter(bytes);
  }
}

/**
 * Decodes whole lines, without the newline after the last one. `firstLine` is the file's number of the first one, from 1;
 * a byte order mark before it goes unless `keepMark`. Throws DataError naming the line that is not UTF-8.
 */
export function decodeLines(bytes: Uint8Array, path: string, firstLine: number, keepMark = false): string[] {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw notUtf8(bytes, path, firstLine, cause);
  }
  if (firstLine === 1 && !keepMark && text.startsWith("\ufeff")) text = text.slice(1);
  const lines = text.split("\n");
  if (text.includes("\r")) for (let i = 0; i < lines.length; i++) lines[i] = withoutReturn(lines[i]!);
  return lines;
}

export class LineSplitter {
  private readonly path: string;
  private readonly cutter = new LineCutter();
  /** Lines given out so far. */
  private lines = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** The lines that end in this chunk. Throws DataError naming the line that is not UTF-8. */
  push(chunk: Uint8Array): string[] {
    return this.decode(this.cutter.push(chunk));
  }

  /** The last line, where the file does not end with a newline. */
  finish(): string[] {
    return this.decode(this.cutter.finish());
  }

  private decode(bytes: Uint8Array | undefined): string[] {
    if (bytes === undefined) return [];
    const lines = decodeLines(bytes, this.path, this.lines + 1);
    this.lines += lines.length;
    return lines;
  }
}

/** File and line, as messages name them. */
export function placeOf(path: string, line: number): string {
  return `${nameOfText(path)}:${line}`;
}

function notUtf8(bytes: Uint8Array, path: string, firstLine: number, cause: unknown): DataError {
  let line = firstLine;
  for (let at = 0; ; line++) {
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0 || !isUtf8(bytes.subarray(at, end))) break;
    at = end + 1;
  }
  return new DataError("The text is not valid UTF-8.", {
    where: placeOf(path, line),
    nextStep: "Convert the file, for example with: iconv -f WINDOWS-1252 -t UTF-8, or remove the line from both sides.",
    cause,
  });
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

/** A cut may have gone through a UTF-8 character, so the last one goes. */
function withoutLastCharacter(bytes: Uint8Array): Uint8Array {
  let length = bytes.length - 1;
  while (length > 0 && (bytes[length]! & 0xc0) === 0x80) length--;
  return bytes.subarray(0, length);
}
