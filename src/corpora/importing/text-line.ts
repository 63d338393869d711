/** Texts of formats as lines of a plain corpus. */
import { LONGEST_LINE } from "../../data/files/line-splitter.ts";
import type { ImportItem, SkipReason } from "../formats/importer.ts";

const BREAKS = /[\n\r\v\f\u0085\u2028\u2029]+/;

/** Line breaks, with the spaces around them, become one space; those at the ends go. */
export function asLine(text: string): string {
  const trimmed = text.trim();
  if (!BREAKS.test(trimmed)) return trimmed;
  const lines = trimmed.split(BREAKS).map((line) => line.trim());
  return lines.filter((line) => line !== "").join(" ");
}

/** What a pair lacks to be one, once its texts are lines. */
export function obstacleOf({ skipped }: ImportItem, source: string, target: string): SkipReason | undefined {
  if (skipped !== undefined) return skipped;
  if (source === "") return "empty";
  if (target === "") return "not translated";
  return isTooLong(source) || isTooLong(target) ? "too long" : undefined;
}

/** Whether corpora would cut it. */
function isTooLong(line: string): boolean {
  return 3 * line.length >= LONGEST_LINE && Buffer.byteLength(line) >= LONGEST_LINE;
}
