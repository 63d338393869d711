/** Files that a command may replace: those that the same command wrote before, and no others. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { UsageError } from "../base/errors.ts";

/** Enough of a file to know what wrote it. */
const HEAD_BYTES = 2048;

/**
 * Throws UsageError where `path` is there and its beginning has no match. To be called before the work begins.
 *
 * @example refuseOtherFiles("report.html", /<title>Training of /, "a page of nmt report", "Name another file after --output.");
 */
export function refuseOtherFiles(path: string, begins: RegExp, what: string, nextStep: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  // Pipes and devices hold nothing that could be lost.
  if (stats === undefined || (stats.isFile() && (stats.size === 0 || begins.test(headOf(path)))) || isStream(stats))
    return;
  throw new UsageError(`the output is there already and is not ${what}`, { where: path, nextStep });
}

function isStream(stats: { isFile(): boolean; isDirectory(): boolean }): boolean {
  return !stats.isFile() && !stats.isDirectory();
}

function headOf(path: string): string {
  const bytes = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, "r");
  try {
    return bytes.toString("utf8", 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
