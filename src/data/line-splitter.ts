/** Cuts a byte stream into lines of strict UTF-8. Lines end with \n or \r\n; a byte order mark at the start is dropped. */
import { isUtf8 } from "node:buffer";
import { DataError } from "../base/errors.ts";

/** Bytes of a line that are kept; what follows is cut off, so that no input takes unbounded memory. */
export const LONGEST_LINE = 1 << 20;

const NEWLINE = 10;

export class LineSplitter {
  private readonly path: string;
  private readonly decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** The line that has begun but not ended. */
  private begun: Uint8Array[] = [];
  private begunBytes = 0;
  /** Lines given out so far. */
  private lines = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** The lines that end in this chunk. Throws DataError naming the line that is not UTF-8. */
  push(chunk: Uint8Array): string[] {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end < 0) {
      this.keep(chunk);
      return [];
    }
    const first = chunk.indexOf(NEWLINE);
    this.keep(chunk.subarray(0, first));
    const lines = this.decode(this.takeBegun());
    if (end > first) for (const line of this.decode(chunk.subarray(first + 1, end))) lines.push(line);
    this.keep(chunk.subarray(end + 1));
    return lines;
  }

  /** The last line, where the file does not end with a newline. */
  finish(): string[] {
    return this.begunBytes === 0 ? [] : this.decode(this.takeBegun());
  }

  private keep(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, LONGEST_LINE - this.begunBytes);
    if (kept.length > 0) this.begun.push(kept);
    this.begunBytes += kept.length;
  }

  private takeBegun(): Uint8Array {
    const bytes = this.begun.length === 1 ? this.begun[0]! : Buffer.concat(this.begun);
    this.begun = [];
    this.begunBytes = 0;
    return bytes.length < LONGEST_LINE ? bytes : withoutLastCharacter(bytes);
  }

  /** Decodes whole lines, without the newline after the last one. */
  private decode(bytes: Uint8Array): string[] {
    let text: string;
    try {
      text = this.decoder.decode(bytes);
    } catch (cause) {
      throw this.notUtf8(bytes, cause);
    }
    if (this.lines === 0 && text.startsWith("\ufeff")) text = text.slice(1);
    const lines = text.split("\n");
    if (text.includes("\r")) for (let i = 0; i < lines.length; i++) lines[i] = withoutReturn(lines[i]!);
    this.lines += lines.length;
    return lines;
  }

  private notUtf8(bytes: Uint8Array, cause: unknown): DataError {
    let line = this.lines + 1;
    for (let at = 0; ; line++) {
      const end = bytes.indexOf(NEWLINE, at);
      if (end < 0 || !isUtf8(bytes.subarray(at, end))) break;
      at = end + 1;
    }
    return new DataError("The text is not valid UTF-8.", {
      where: `${this.path}:${line}`,
      nextStep:
        "Convert the file, for example with: iconv -f WINDOWS-1252 -t UTF-8, or remove the line from both sides.",
      cause,
    });
  }
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
