/** Which white space of a text ends a segment, and what stays inside of one. */
import type { Range } from "./placeables/icu-message.ts";

/**
 * What white space means in a text. `lines`: a line break, a tab or three spaces in a row end a segment. `paragraphs`: of line breaks only blank lines
 * do, as in text that was wrapped at a width. `collapsible`: none does, as in HTML. Other control characters always do.
 */
export type WhiteSpace = "lines" | "paragraphs" | "collapsible";

/** Line breaks, tabs and other controls, halves of characters, and spaces. */
const RUN = /[\s\p{Cc}\p{Cs}]+/gu;
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;

/** The runs of white space and control characters that no segment goes beyond, in order. */
export function separators(text: string, whiteSpace: WhiteSpace): Range[] {
  return [...text.matchAll(RUN)]
    .filter(([run]) => separates(run, whiteSpace))
    .map(({ 0: run, index }) => ({ start: index, end: index + run.length }));
}

function separates(run: string, whiteSpace: WhiteSpace): boolean {
  if (/(?![\s\u0085])[\p{Cc}\p{Cs}]/u.test(run)) return true;
  if (whiteSpace === "collapsible") return false;
  const lineBreaks = run.match(LINE_BREAK)?.length ?? 0;
  if (lineBreaks > 0) return lineBreaks > 1 || whiteSpace === "lines";
  return run.includes("\t") || run.length >= 3;
}

/** The text as one line of the same length. */
export function withSpaces(text: string): string {
  return text.replace(/[\n\v\f\r\u0085\u2028\u2029\t]/g, " ");
}

/** The text as one line: white space with a line break or a tab in it is one space. */
export function asLine(text: string): string {
  return text.replace(/[\s\u0085]*[\n\v\f\r\u0085\u2028\u2029\t][\s\u0085]*/g, " ");
}
