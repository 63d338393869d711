/** The process that runs cases of one format: `child.ts MODULE FORMAT SEED FIRST COUNT`, started and watched by supervise.ts. */
import { readdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { log } from "../../src/base/logger.ts";
import { type CaseResult, CaseRunner } from "./cases.ts";
import type { Format } from "./format.ts";

export type ChildMessage = { kind: "ready" } | { kind: "case"; index: number; result: CaseResult };

/** Megabytes of resident memory that no case may pass. */
const MOST_MEMORY = 768;
/** Files that may stay open for other reasons than a reader's. */
const OPEN_FILES = 8;
/** Times that files which are being closed are waited for, 100 ms each. */
const CLOSING = 50;

const [module, name, ...numbers] = process.argv.slice(2) as [string, string, ...string[]];
const [seed, first, count] = numbers.map(Number) as [number, number, number];
const send = (message: ChildMessage) => new Promise((sent) => process.send!(message, sent));

log.warn = () => {};
const { FORMATS } = (await import(pathToFileURL(module).href)) as { FORMATS: readonly Format[] };
const runner = await CaseRunner.create(FORMATS.find((format) => format.name === name)!, seed);
await pause(20);
const openBefore = openFiles();
await send({ kind: "ready" });
for (let index = first; index < first + count; index++) {
  let result = await runner.run(index);
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  if (memory > MOST_MEMORY) result = { ...result, outcome: "problem", problem: `it took ${memory} MB of memory` };
  if (index === first + count - 1 && result.outcome !== "problem") {
    let left = openFiles() - openBefore;
    for (let times = 0; left > OPEN_FILES && times < CLOSING; times++) {
      await pause(100);
      left = openFiles() - openBefore;
    }
    if (left > OPEN_FILES) result = { ...result, outcome: "problem", problem: `${left} files of all cases stay open` };
  }
  await send({ kind: "case", index, result });
  // What was reached stays the maximum, so a fresh process goes on.
  if (memory > MOST_MEMORY) break;
}
runner.dispose();
process.exit(0);

function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}
