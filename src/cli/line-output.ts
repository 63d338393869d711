/** Writes lines to standard output or to a file, no faster than the reader takes them. */
import { createWriteStream, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { commitFile } from "../base/atomic-file.ts";
import { DataError } from "../base/errors.ts";

export interface LineOutput {
  write(line: string): Promise<void>;
  /** Call it at the end; a file has its name only then. */
  close(): Promise<void>;
  /** Call it instead after a failure; returns where the lines so far are, if in an unfinished file. */
  abandon(): Promise<string | undefined>;
}

/** Standard output where there is no path or it is `-`. A file is written as `PATH.part` and renamed when it is complete. */
export function openLineOutput(path: string | undefined): LineOutput {
  if (path === undefined || path === "-") {
    return {
      write: (line) => writeLine(process.stdout, line),
      close: async () => {},
      abandon: async () => undefined,
    };
  }
  // Devices and pipes are written in place.
  const isPlain = statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
  return isPlain ? partFile(path) : fileOutput(path, () => {});
}

function partFile(path: string): LineOutput {
  const part = `${path}.part`;
  mkdirSync(dirname(path), { recursive: true });
  const output = fileOutput(part, () => commitFile(part, path));
  const abandon = async () => {
    await output.abandon();
    return existsSync(part) ? part : undefined;
  };
  return { ...output, abandon };
}

function fileOutput(path: string, complete: () => void): LineOutput {
  const stream = createWriteStream(path);
  // Failures reach the write or the end that they belong to.
  stream.on("error", () => {});
  const checked = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      throw new DataError(`the output cannot be written: ${(error as Error).message}`, {
        where: path,
        nextStep: "Check the path, its permissions and the free space.",
        cause: error,
      });
    }
  };
  const end = async () => {
    stream.end();
    await finished(stream);
  };
  return {
    write: (line) => checked(() => writeLine(stream, line)),
    close: () =>
      checked(async () => {
        await end();
        complete();
      }),
    abandon: async () => {
      // What went wrong is already being told.
      await end().catch(() => {});
      return undefined;
    },
  };
}

/** Waits until the stream has taken the line. */
function writeLine(stream: Writable, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
  });
}
