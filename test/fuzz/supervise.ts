/** Runs cases in child processes, so that a crash, a hang or a case that takes all memory is seen, named, and gone on from. */
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CaseResult } from "./cases.ts";
import type { ChildMessage } from "./child.ts";

export interface FuzzOptions {
  /** File that exports FORMATS. */
  module: string;
  format: string;
  seed: number;
  /** Number of the first case. */
  first: number;
  cases: number;
  /** Milliseconds of computing that a case may take (default 10,000), however long they last on a busy machine. */
  timeLimit?: number;
  onCase?: (index: number) => void;
}

export interface Problem extends CaseResult {
  index: number;
}

export interface FormatReport {
  format: string;
  cases: number;
  typedErrors: number;
  accepted: number;
  problems: Problem[];
}

const HEAP_MB = 256;
/** Pages of 4 KiB at which a process is stopped in the middle of a case: 2 GiB. */
const MOST_PAGES = 1 << 19;
/** Milliseconds of computing to load the code and make the samples. */
const START_LIMIT = 60_000;
/** Milliseconds by the clock after which a process that computes nothing is stopped: it waits for what never comes. */
const WAIT_LIMIT = 600_000;

/** Runs the cases `first … first + cases − 1` of a format. Throws where its samples cannot be made. */
export async function fuzz(options: FuzzOptions): Promise<FormatReport> {
  const { format, first, cases } = options;
  const report: FormatReport = { format, cases, typedErrors: 0, accepted: 0, problems: [] };
  for (let next = first; next < first + cases; ) next = await runChild(options, next, report);
  return report;
}

/** Runs cases from `next` on in one process, until all are done or one of them ends it. Returns the case to go on with. */
function runChild(options: FuzzOptions, next: number, report: FormatReport): Promise<number> {
  const { module, format, seed, first, cases, timeLimit = 10_000, onCase } = options;
  const words = [module, format, seed, next, first + cases - next].map(String);
  const child = fork(join(import.meta.dirname, "child.ts"), words, {
    execArgv: ["--import", "tsx", `--max-old-space-size=${HEAP_MB}`],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let index = next;
  let isReady = false;
  let stopped: string | undefined;
  let messages = "";
  const stop = (why: string) => {
    stopped = why;
    child.kill("SIGKILL");
  };
  let since = { wall: performance.now(), cpu: 0 };
  const watch = setInterval(() => {
    if (residentPages(child.pid) > MOST_PAGES) stop("it took more than 2 GiB of memory");
    const wall = performance.now() - since.wall;
    const limit = isReady ? timeLimit : START_LIMIT;
    if (wall < WAIT_LIMIT && cpuTime(child.pid) - since.cpu < limit) return;
    stop(isReady ? `it hung: no result in ${limit / 1000} s` : "no samples in time");
  }, 200);
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    messages = (messages + text).slice(-3000);
  });
  child.on("message", (message: ChildMessage) => {
    since = { wall: performance.now(), cpu: cpuTime(child.pid) };
    if (message.kind === "ready") isReady = true;
    else {
      index = message.index + 1;
      count(report, message.index, message.result);
      onCase?.(message.index);
    }
  });
  return new Promise((resolve, reject) => {
    child.once("close", (code, signal) => {
      clearInterval(watch);
      if (!isReady) return reject(new Error(`the samples of ${format} cannot be made: ${stopped ?? messages}`));
      if (code === 0) return resolve(index);
      const problem = stopped ?? `it crashed with ${signal ?? `code ${code}`}: ${messages}`;
      count(report, index, { outcome: "problem", damage: "", problem });
      resolve(index + 1);
    });
  });
}

function count(report: FormatReport, index: number, result: CaseResult): void {
  if (result.outcome === "typed error") report.typedErrors++;
  else if (result.outcome === "accepted") report.accepted++;
  else report.problems.push({ index, ...result });
}

/** 0 where the system does not tell. */
function residentPages(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  } catch {
    return 0;
  }
}

/** Milliseconds of computing since the process began, counted in hundredths of a second; 0 where the system does not tell. */
function cpuTime(pid: number | undefined): number {
  try {
    // Fields from the third on, after the name in parentheses: utime is the 14th, stime the 15th.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return 0;
  }
}
