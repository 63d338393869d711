/** What corpora of OPUS and Hugging Face have in common: what is told of them, and how many connections fetch them. */
import type { SourceOptions } from "../fetch/source-file.ts";
import type { PreparedPair } from "../recipe.ts";

export type { SourceOptions };

/** A corpus that was written, and pairs that were left out by reason. */
export interface NamedCorpus extends PreparedPair {
  dropped: Readonly<Record<string, number>>;
}

/** Connections where nobody says otherwise. */
const CONNECTIONS = 4;

export function connectionsOf({ connections }: SourceOptions): number {
  return connections ?? CONNECTIONS;
}

/** "12 MB" */
export function sizeOf(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1000)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** "1,234 pairs" */
export function countOf(count: number, what: string): string {
  return count === 0
    ? `an unknown number of ${what}s`
    : `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}
