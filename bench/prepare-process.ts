/** Prepares a corpus in a process of its own, whose memory and processor time are then its own, and which can be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DataError } from "../src/base/errors.ts";
import type { Random } from "../src/base/random.ts";

export interface Preparation {
  source: string;
  target: string;
  /** File of the wordpiece model. */
  model: string;
  out: string;
  /** 0 for all cores. */
  workers: number;
  /** Window of near duplicates; 0 for none. */
  near: number;
}

export interface PrepareResult {
  kept: number;
  seconds: number;
  /** Of all threads. */
  cpuSeconds: number;
  /** Largest memory of the process, its threads' included, in bytes. */
  maxRss: number;
}

/** What the process prints, a line each: how many pairs it has read, and at the end the result. */
export type PrepareMessage = { read: number } | PrepareResult;

/** A kill comes up to so many milliseconds after its moment, so that it may also hit a shard being written. */
const SPREAD_MS = 300;

/** Throws DataError with the process's last words where it fails. */
export async function prepareOnce(preparation: Preparation): Promise<PrepareResult> {
  const { result, errors } = await watch(start(preparation), () => {});
  if (result !== undefined) return result;
  throw new DataError(`The corpus was not prepared: ${errors.trim().split("\n").at(-1)}`, { where: preparation.out });
}

/** Kills the process when it has read so many pairs, starts it again, and at last lets it end. */
export async function prepareWithKills(
  preparation: Preparation,
  moments: readonly number[],
  random: Random,
): Promise<{ kills: number; seconds: number; last: PrepareResult }> {
  const started = performance.now();
  let kills = 0;
  for (const moment of moments) {
    const child = start(preparation);
    const delay = random.integer(SPREAD_MS);
    let isDue = false;
    await watch(child, (read) => {
      if (read < moment || isDue) return;
      isDue = true;
      setTimeout(() => child.kill("SIGKILL"), delay);
    });
    if (child.signalCode === "SIGKILL") kills++;
  }
  const last = await prepareOnce(preparation);
  return { kills, seconds: (performance.now() - started) / 1000, last };
}

function start(preparation: Preparation): ChildProcess {
  const program = join(import.meta.dirname, "prepare-child.ts");
  return spawn(process.execPath, ["--import", "tsx", program, JSON.stringify(preparation)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Follows a process to its end. */
async function watch(
  child: ChildProcess,
  onRead: (pairs: number) => void,
): Promise<{ result: PrepareResult | undefined; errors: string }> {
  let result: PrepareResult | undefined;
  let errors = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  createInterface({ input: child.stdout! }).on("line", (line) => {
    const message = JSON.parse(line) as PrepareMessage;
    if ("read" in message) onRead(message.read);
    else result = message;
  });
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
  return { result, errors };
}
