/** Cleaning of parallel text: which pairs are left out of training, and a report of how many and why. */
import { isUtf8 } from "node:buffer";
import { TEXT_REASONS, type TextRules } from "./text-rules.ts";
import { CONTROL, MISREAD, REPLACEMENT, TextScan, WINDOWS_1252 } from "./text-scan.ts";

export const DROP_REASONS = [
  "held-out text",
  "empty",
  "too long",
  "length ratio",
  "identical",
  "duplicate",
  "near duplicate",
  "other script",
  "other language",
  "control characters",
  "broken encoding",
  ...TEXT_REASONS,
  "badly scored",
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export interface CleaningOptions {
  /** UTF-16 units of either side, so that no absurd line is encoded; lengths in wordpieces are checked after encoding. */
  maxCharacters: number;
  /** Longer over shorter side, in columns (text-width.ts). */
  maxRatio: number;
  /** Leave out pairs whose sides are the same text. */
  dropIdentical: boolean;
  /** Leave out pairs that are nearly the same as one of so many before (near-duplicates.ts); absent: keep them. */
  nearDuplicateWindow?: number;
  /** Least share of a side's letters in its language's scripts (scripts.ts); absent: any. */
  minScriptShare?: number;
  /** Leave out pairs with a side in another language (language-id.ts). */
  languageId?: boolean;
  /** Further rules on the texts (text-rules.ts). */
  texts?: TextRules;
}

export const DEFAULT_CLEANING: CleaningOptions = { maxCharacters: 10_000, maxRatio: 9, dropIdentical: false };

const sides = [new TextScan(), new TextScan()] as const;

/** Why a pair does not serve for training, or "kept". Looks at nothing but the two texts. */
export function cleanPair(source: string, target: string, options: CleaningOptions): DropReason | "kept" {
  if (isBlank(source) || isBlank(target)) return "empty";
  if (source.length > options.maxCharacters || target.length > options.maxCharacters) return "too long";
  sides[0].run(source);
  sides[1].run(target);
  if (sides.some((side) => side.has(CONTROL))) return "control characters";
  if (sides.some((side) => side.has(REPLACEMENT))) return "broken encoding";
  if ((sides[0].has(MISREAD) && isMisread(source)) || (sides[1].has(MISREAD) && isMisread(target))) {
    return "broken encoding";
  }
  if (options.dropIdentical && source.trim() === target.trim()) return "identical";
  const [a, b] = [sides[0].width, sides[1].width];
  return Math.max(a, b) / Math.min(a, b) > options.maxRatio ? "length ratio" : "kept";
}

function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  const isPlain = first > 0x20 && first < 0x80;
  return !isPlain && text.trim() === "";
}

/** Whether a text reads as UTF-8 where its letters are taken as bytes of Windows-1252, such as "fÃ¼r". */
function isMisread(text: string): boolean {
  const bytes: number[] = [];
  for (const letter of text) {
    const code = letter.codePointAt(0)!;
    const special = code < 0x100 ? -1 : WINDOWS_1252.indexOf(letter);
    if (code >= 0x100 && special < 0) return false;
    bytes.push(special < 0 ? code : 0x80 + special);
  }
  return isUtf8(Uint8Array.from(bytes));
}

const EXAMPLES = 3;
const EXAMPLE_LENGTH = 200;

export interface DropExample {
  /** Line of the corpus, from 1. */
  line: number;
  /** Cut to 200 characters. */
  source: string;
  target: string;
}

/** What cleaning did; saved as JSON. */
export interface CleaningReport {
  /** Pairs read. */
  read: number;
  kept: number;
  /** Only reasons that occurred. */
  dropped: { [reason in DropReason]?: { count: number; examples: DropExample[] } };
}

export function emptyReport(): CleaningReport {
  return { read: 0, kept: 0, dropped: {} };
}

/** Records the pair of a line; its texts are asked for only where they serve as an example. */
export function count(
  report: CleaningReport,
  verdict: DropReason | "kept",
  line: number,
  texts: () => { source: string; target: string },
): void {
  report.read++;
  if (verdict === "kept") {
    report.kept++;
    return;
  }
  report.dropped[verdict] ??= { count: 0, examples: [] };
  const entry = report.dropped[verdict];
  entry.count++;
  if (entry.examples.length >= EXAMPLES) return;
  const { source, target } = texts();
  entry.examples.push({ line, source: source.slice(0, EXAMPLE_LENGTH), target: target.slice(0, EXAMPLE_LENGTH) });
}

/** The report for people: one line, and one for each reason with the first line of the corpus it met. */
export function formatReport({ read, kept, dropped }: CleaningReport): string[] {
  const lines = [`${kept} of ${read} pairs kept`];
  for (const reason of DROP_REASONS) {
    const entry = dropped[reason];
    if (entry === undefined) continue;
    const places = entry.examples.map(({ line }) => line).join(", ");
    lines.push(
      `  ${entry.count} dropped: ${reason} (line ${places}${entry.count > entry.examples.length ? ", …" : ""})`,
    );
  }
  return lines;
}
