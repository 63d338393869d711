/** Lines of a UTF-8 file or of standard input, as they arrive; invalid UTF-8 is an error that names the line. */
import { createReadStream } from "node:fs";
import { DataError } from "../../base/errors.ts";

const NEWLINE = 0x0a;

/** Lines of a file, or of standard input where there is no path or it is `-`. Throws DataError when it can't be read. */
export async function* inputLines(path: string | undefined): AsyncGenerator<string, void, undefined> {
  const isStandard = isStandardInput(path);
  const stream = isStandard ? process.stdin : createReadStream(path);
  const name = isStandard ? "standard input" : path;
  try {
    yield* decodeLines(stream, name);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`the input cannot be read: ${(error as Error).message}`, {
      where: name,
      nextStep: "Check the path and its permissions.",
      cause: error,
    });
  } finally {
    if (!isStandard) stream.destroy();
  }
}

/** Lets go of standard input after a failure; otherwise its open end would keep the process waiting for another line. */
export function releaseInput(path: string | undefined): void {
  if (isStandardInput(path)) process.stdin.destroy();
}

function isStandardInput(path: string | undefined): path is undefined | "-" {
  return path === undefined || path === "-";
}

/** Lines of bytes that come in pieces of any size, without their `\n` or `\r\n`; a last line may lack its end. */
export async function* decodeLines(
  chunks: AsyncIterable<Uint8Array | string>,
  name: string,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let line = 0;
  const decode = (bytes: Uint8Array): string => {
    line++;
    const start = line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    const end = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length;
    try {
      return decoder.decode(bytes.subarray(start, Math.max(start, end)));
    } catch (cause) {
      throw new DataError("the line is not valid UTF-8", {
        where: `${name}, line ${line}`,
        nextStep: "Convert the file to UTF-8, or correct the line.",
        cause,
      });
    }
  };
  /** The parts of a line whose end has not come yet. */
  let begun: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    let from = 0;
    for (let to = bytes.indexOf(NEWLINE); to >= 0; to = bytes.indexOf(NEWLINE, from)) {
      const end = bytes.subarray(from, to);
      yield decode(begun.length === 0 ? end : Buffer.concat([...begun, end]));
      begun = [];
      from = to + 1;
    }
    if (from < bytes.length) begun.push(bytes.subarray(from));
  }
  if (begun.length > 0) yield decode(Buffer.concat(begun));
}
