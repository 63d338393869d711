/** Cleaning of parallel text: which pairs are left out of training, and a report of how many and why. */
import { isUtf8 } from "node:buffer";
import { widthRatio } from "./text-width.ts";

export const DROP_REASONS = [
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
}

export const DEFAULT_CLEANING: CleaningOptions = { maxCharacters: 10_000, maxRatio: 9, dropIdentical: false };

/** Why a pair does not serve for training, or "kept". Looks at nothing but the two texts. */
export function cleanPair(source: string, target: string, options: CleaningOptions): DropReason | "kept" {
  if (source.trim() === "" || target.trim() === "") return "empty";
  if (source.length > options.maxCharacters || target.length > options.maxCharacters) return "too long";
  if (hasControlCharacters(source) || hasControlCharacters(target)) return "control characters";
  if (isBroken(source) || isBroken(target)) return "broken encoding";
  if (options.dropIdentical && source.trim() === target.trim()) return "identical";
  if (widthRatio(source, target) > options.maxRatio) return "length ratio";
  return "kept";
}

/** Control characters but for the white space among them. */
function hasControlCharacters(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/.test(text);
}

/** Windows-1252 letters whose code differs from Unicode's, by code from 0x80; "\0" where there is none. */
const WINDOWS_1252 = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";

/** Replacement characters, or UTF-8 that was once read as Windows-1252, such as "fÃ¼r". */
function isBroken(text: string): boolean {
  if (text.includes("\ufffd")) return true;
  if (!/[ÂÃ-ô]/.test(text)) return false;
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

/** Records one pair. */
export function count(
  report: CleaningReport,
  verdict: DropReason | "kept",
  { line, source, target }: DropExample,
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
