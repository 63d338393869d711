/** What an import read and left out: counts, and the first example of each reason with its file and line. */
import { SKIP_REASONS, type SkipReason } from "../formats/importer.ts";

export interface SkippedCount {
  count: number;
  /** Of the first one. */
  file: string;
  line: number;
}

/** Only reasons that occurred. */
export type SkippedCounts = { [reason in SkipReason]?: SkippedCount };

/** One file, or the two that a pair's texts stand in. */
export interface FileReport {
  path: string;
  /** Of formats of two files. */
  translated?: string;
  /** Name of the format. */
  format: string;
  pairs: number;
  skipped: SkippedCounts;
}

/** Saved as JSON. */
export interface ImportReport {
  pairs: number;
  skipped: SkippedCounts;
  files: FileReport[];
  /** Files of named folders that are of no format, or whose other language is missing. */
  passedOver: { path: string; why: string }[];
}

export function emptyReport(): ImportReport {
  return { pairs: 0, skipped: {}, files: [], passedOver: [] };
}

export function countSkipped(counts: SkippedCounts, reason: SkipReason, file: string, line: number): void {
  const entry = counts[reason];
  if (entry === undefined) counts[reason] = { count: 1, file, line };
  else entry.count++;
}

/** Adds a file that has been read to its end. */
export function addFile(report: ImportReport, file: FileReport): void {
  report.files.push(file);
  report.pairs += file.pairs;
  for (const reason of SKIP_REASONS) {
    const added = file.skipped[reason];
    if (added === undefined) continue;
    const entry = report.skipped[reason];
    if (entry === undefined) report.skipped[reason] = { ...added };
    else entry.count += added.count;
  }
}

/** The report for people: one line, one for each reason, and one for each file that was passed over. */
export function formatImport({ pairs, skipped, files, passedOver }: ImportReport): string[] {
  const lines = [`${counted(pairs, "pair")} of ${counted(files.length, "file")}`];
  for (const reason of SKIP_REASONS) {
    const entry = skipped[reason];
    if (entry === undefined) continue;
    lines.push(`  ${entry.count} skipped: ${reason} (${entry.count > 1 ? "first " : ""}${entry.file}:${entry.line})`);
  }
  for (const { path, why } of passedOver) lines.push(`  passed over: ${path} (${why})`);
  return lines;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
