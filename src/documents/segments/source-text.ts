/** The text of a file, with what is needed to write it back to the byte: encoding and byte order mark. */
import { isUtf8 } from "node:buffer";
import { DataError } from "../../base/errors.ts";

type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "latin1";

export class SourceText {
  /** Without byte order mark; offsets are of UTF-16 code units. */
  readonly text: string;
  readonly encoding: Encoding;
  readonly name: string;
  private readonly mark: boolean;
  private lineEnds: number[] | undefined;

  /**
   * A text, or bytes: UTF-8 with or without a byte order mark, UTF-16 with one; others are Latin-1 where that is allowed (`.properties`).
   * Throws DataError where they are none of these.
   */
  constructor(content: Uint8Array | string, name: string, allowLatin1 = false) {
    this.name = name;
    if (typeof content === "string") {
      [this.encoding, this.mark, this.text] = ["utf-8", false, content];
      return;
    }
    const file = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    this.encoding = encodingOf(file, name, allowLatin1);
    const text = decode(file, this.encoding);
    this.mark = text.startsWith("\ufeff") && this.encoding !== "latin1";
    this.text = this.mark ? text.slice(1) : text;
  }

  /** The bytes of an altered text, encoded as the file was. */
  encode(text: string): Uint8Array {
    const marked = this.mark ? `\ufeff${text}` : text;
    if (this.encoding === "utf-8") return Buffer.from(marked, "utf8");
    if (this.encoding === "latin1") return Buffer.from(marked, "latin1");
    const bytes = Buffer.from(marked, "utf16le");
    return this.encoding === "utf-16be" ? bytes.swap16() : bytes;
  }

  /** Line of an offset, from 1. */
  lineAt(offset: number): number {
    this.lineEnds ??= [...this.text.matchAll(/\r\n|\n|\r/g)].map(({ index }) => index);
    let [low, high] = [0, this.lineEnds.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.lineEnds[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  }

  /** Offset at which a line begins. */
  offsetOf(line: number): number {
    return [...linesOf(this.text)][line - 1]?.from ?? this.text.length;
  }

  /** The file's first line break, "\n" where it has none. */
  get lineBreak(): string {
    return /\r\n|\n|\r/.exec(this.text)?.[0] ?? "\n";
  }

  /** Where an offset is, for error messages. */
  where(offset: number): string {
    return `${this.name}, line ${this.lineAt(offset)}`;
  }

  /** An error at an offset: what is wrong there, after "The file cannot be read: ". */
  damaged(offset: number, why: string, nextStep = "Mend the file there, or export it again."): DataError {
    return new DataError(`The file cannot be read: ${why}.`, { where: this.where(offset), nextStep });
  }
}

/** Lines of a text with their offsets: `from` to `to` without the line break. */
export function* linesOf(text: string): Generator<{ from: number; to: number; line: string }> {
  let from = 0;
  for (const found of text.matchAll(/\r\n|\n|\r/g)) {
    yield { from, to: found.index, line: text.slice(from, found.index) };
    from = found.index + found[0].length;
  }
  if (from < text.length) yield { from, to: text.length, line: text.slice(from) };
}

/** A text as one line: line breaks become spaces. */
export function asOneLine(text: string): string {
  return text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, " ");
}

function encodingOf(file: Buffer, name: string, allowLatin1: boolean): Encoding {
  const utf16 =
    file[0] === 0xff && file[1] === 0xfe ? "utf-16le" : file[0] === 0xfe && file[1] === 0xff ? "utf-16be" : undefined;
  if (utf16 !== undefined) {
    if (file.length % 2 === 0) return utf16;
    throw new DataError(`The file is UTF-16 and ends in the middle of a character (${file.length} bytes).`, {
      where: name,
      nextStep: "Fetch or export it again.",
    });
  }
  if (isUtf8(file)) return "utf-8";
  if (allowLatin1) return "latin1";
  throw new DataError("The text is neither UTF-8 nor UTF-16 with a byte order mark.", {
    where: `${name}, line ${lineOfFirstFault(file)}`,
    nextStep: "Convert it first: iconv -f ENCODING -t UTF-8.",
  });
}

function lineOfFirstFault(file: Buffer): number {
  let [line, from] = [1, 0];
  for (let end = file.indexOf(10); end >= 0 && isUtf8(file.subarray(from, end)); end = file.indexOf(10, from)) {
    line++;
    from = end + 1;
  }
  return line;
}

function decode(file: Buffer, encoding: Encoding): string {
  if (encoding === "utf-8") return file.toString("utf8");
  if (encoding === "latin1") return file.toString("latin1");
  return (encoding === "utf-16be" ? Buffer.from(file).swap16() : file).toString("utf16le");
}
