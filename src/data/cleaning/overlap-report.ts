/** What a corpus has in common with held-out files, for people and for `prepared.json`. */
import type { Overlap } from "./held-out-hashes.ts";

export interface OverlapReport {
  /** Pairs of the corpus with a side that is a line of a held-out file; in a text of one side, lines. */
  lines: number;
  /** Of these, by their source; 0 in a text of one side. */
  sources: number;
  targets: number;
  /** Of these, whose two sides are a pair there. */
  pairs: number;
  /** Held-out files with any, and how many of the pairs. */
  files: { path: string; count: number }[];
  /** Whether they were left out. */
  dropped: boolean;
}

/** `paths` are those of the tables that were compared with. */
export function overlapReport(
  { files, ...counts }: Overlap,
  paths: readonly string[],
  dropped: boolean,
): OverlapReport {
  const found = paths.map((path, i) => ({ path, count: files[i] ?? 0 })).filter(({ count }) => count > 0);
  return { ...counts, files: found, dropped };
}

/** A line for people, and one for each held-out file; none where there is nothing to tell. */
export function formatOverlap({ lines, sources, targets, pairs, files, dropped }: OverlapReport): string[] {
  if (lines === 0) return [];
  const counts = `by ${counted(sources, "source")}, ${counted(targets, "target")} and ${counted(pairs, "whole pair")}`;
  const fate = dropped ? "dropped" : "they stay in training";
  return [
    `${counted(lines, "line")} also in validation or test files (${counts}); ${fate}`,
    ...files.map(({ path, count }) => `  ${count} in ${path}`),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
