/** Messages for people, on standard error, so that standard output stays clean for results. */

import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

export type LogSink = (line: string) => void;

let sink: LogSink = (line) => process.stderr.write(`${line}\n`);

/** Sends messages elsewhere (tests, servers). Returns the sink that was in place. */
export function setLogSink(next: LogSink): LogSink {
  const previous = sink;
  sink = next;
  return previous;
}

/** Sends messages to the end of a file, made with its folder when there is the first one. */
export function logToFile(path: string): void {
  setLogSink((line) => {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, `${new Date().toISOString()} ${line}\n`);
  });
}

export const log = {
  info(message: string): void {
    sink(message);
  },
  warn(message: string): void {
    sink(`warning: ${message}`);
  },
};
