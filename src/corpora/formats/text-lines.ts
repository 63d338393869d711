/** Lines of a text file of any encoding, in blocks as they are read. */
import { DataError } from "../../base/errors.ts";
import { LONGEST_LINE, placeOf } from "../../data/files/line-splitter.ts";
import { decodedText, textEncoding } from "./decoded-text.ts";
import type { InputFile } from "./importer.ts";

export interface TextLines {
  /** Number of the first one in the file, from 1. */
  first: number;
  lines: string[];
}

/** Lines without their ends, `\n` or `\r\n`. Throws DataError for bytes that are not of the encoding and for a line over 1 MiB. */
export async function* readTextLines(file: InputFile, encoding = textEncoding(file.head)): AsyncGenerator<TextLines> {
  let first = 1;
  let begun: string[] = [];
  let length = 0;
  for await (const text of decodedText(file, encoding, () => first - 1)) {
    const end = text.lastIndexOf("\n");
    begun.push(end < 0 ? text : text.slice(0, end));
    length += begun.at(-1)!.length;
    if (end >= 0) {
      const lines = linesIn(begun.join(""));
      checkLength(lines, first, file.path);
      yield { first, lines };
      first += lines.length;
      begun = [text.slice(end + 1)];
      length = begun[0]!.length;
    } else if (length > LONGEST_LINE) throw tooLong(file.path, first);
  }
  if (length > 0) {
    const lines = linesIn(begun.join(""));
    checkLength(lines, first, file.path);
    yield { first, lines };
  }
}

function linesIn(text: string): string[] {
  const lines = text.split("\n");
  if (!text.includes("\r")) return lines;
  return lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}

function checkLength(lines: readonly string[], first: number, path: string): void {
  const at = lines.findIndex((line) => line.length > LONGEST_LINE);
  if (at >= 0) throw tooLong(path, first + at);
}

function tooLong(path: string, line: number): DataError {
  return new DataError(`The line is longer than ${LONGEST_LINE >> 20} MiB.`, {
    where: placeOf(path, line),
    nextStep: "Check that the file is of this format, and has line ends.",
  });
}
