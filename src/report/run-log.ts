/** The log of a training run: JSON lines, each on disk as soon as it is written, and in step order also after a resume. */
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { DataError } from "../base/errors.ts";

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** True for JSON objects; arrays and null are none. */
export function isObject(value: unknown): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One line: what happened (`start`, `train`, `validation`, `checkpoint`, `end` …), after which step, and its numbers. */
export interface LogEntry {
  event: string;
  step: number;
  [key: string]: JsonValue;
}

/** The corpora of a `validation` entry; one without a name is left out. */
export function namedCorpora(entry: LogEntry): { readonly name: string; readonly [key: string]: JsonValue }[] {
  const corpora = Array.isArray(entry["corpora"]) ? entry["corpora"] : [];
  return corpora.flatMap((corpus) => {
    if (!isObject(corpus) || typeof corpus["name"] !== "string") return [];
    return [{ ...corpus, name: corpus["name"] }];
  });
}

/** Appends entries to one file. A number that is not finite is written as null, as JSON demands. */
export class RunLog {
  readonly path: string;

  /**
   * Opens a log that goes on after `step`, 0 for a new run: later lines are removed, and validations after `validated`, which are to be made again, and a
   * line cut off by a kill.
   */
  constructor(path: string, step: number, validated = step) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    const text = readIfThere(path);
    if (text === undefined) return;
    const kept = completeLines(text).filter((line) => {
      const entry = parseEntry(line);
      return entry !== undefined && entry.step <= (entry.event === "validation" ? validated : step);
    });
    writeFileAtomic(
      path,
      kept.map((line) => `${line}\n`),
    );
  }

  /** Adds one line, with the time it was written. */
  write(entry: LogEntry): void {
    const { event, step, ...rest } = entry;
    appendFileSync(this.path, `${JSON.stringify({ event, step, time: new Date().toISOString(), ...rest })}\n`);
  }
}

/** The entries of a log, in order; a last line cut off by a kill is left out. Throws DataError, naming the line, for others. */
export function readRunLog(path: string): LogEntry[] {
  const text = readIfThere(path);
  if (text === undefined) {
    throw new DataError("there is no training log", { where: path, nextStep: "Train first, or check the directory." });
  }
  return completeLines(text).map((line, i) => {
    const entry = parseEntry(line);
    if (entry !== undefined) return entry;
    throw new DataError("not a line of a training log", {
      where: `${path}, line ${i + 1}`,
      nextStep: "Remove the line.",
    });
  });
}

function completeLines(text: string): string[] {
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
}

function parseEntry(line: string): LogEntry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<LogEntry> | null;
    const isEntry = typeof entry?.event === "string" && Number.isSafeInteger(entry.step) && entry.step! >= 0;
    return isEntry ? (entry as LogEntry) : undefined;
  } catch {
    return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
