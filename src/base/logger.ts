/** Messages for people, on standard error, so that standard output stays clean for results. */

export type LogSink = (line: string) => void;

let sink: LogSink = (line) => process.stderr.write(`${line}\n`);

/** Sends messages elsewhere (tests, servers). Returns the sink that was in place. */
export function setLogSink(next: LogSink): LogSink {
  const previous = sink;
  sink = next;
  return previous;
}

export const log = {
  info(message: string): void {
    sink(message);
  },
  warn(message: string): void {
    sink(`warning: ${message}`);
  },
};
