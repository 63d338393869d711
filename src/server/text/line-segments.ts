/** Cuts text at its line breaks and markup at its tags; white space around lines, line breaks and tags stay as they are. */
import { decodeReferences } from "../../base/character-references.ts";
import { type MarkupPart, markupParts } from "./markup-parts.ts";
import type { SegmentedText, TextFormat } from "./segmented-text.ts";

const LINE_BREAK = /(\r\n|[\n\v\f\r\u0085\u2028\u2029])/;
const MARKUP_CHARACTERS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Segments are lines, or in markup what stands between tags on one line. A line without a letter stays as it is. */
export function lineSegments(text: string, { kind }: TextFormat): SegmentedText {
  const parts = kind === "text" ? [{ text, kept: false }] : markupParts(text);
  const pieces = parts.flatMap((part) => (part.kept ? [part] : linesAndBreaks(part.text)));
  const decode = kind === "text" ? (line: string) => line : (line: string) => decodeReferences(line);
  const encode = kind === "text" ? (line: string) => line : encodeEntities;
  const segments: string[] = [];
  /** Texts that stay, and numbers of segments. */
  const layout: (string | number)[] = [];
  for (const piece of pieces) {
    const line = decode(piece.text);
    if (piece.kept || !/\p{L}/u.test(line)) {
      layout.push(piece.text);
      continue;
    }
    const core = line.trim();
    const start = line.indexOf(core);
    layout.push(encode(line.slice(0, start)), segments.length, encode(line.slice(start + core.length)));
    segments.push(core);
  }
  return {
    segments,
    join: (translations) =>
      layout.map((each) => (typeof each === "string" ? each : encode(translations[each]!))).join(""),
  };
}

function linesAndBreaks(text: string): MarkupPart[] {
  return text.split(LINE_BREAK).map((part, i) => ({ text: part, kept: i % 2 === 1 }));
}

/** An ampersand that begins an entity stays: those that were not decoded are there still. */
function encodeEntities(text: string): string {
  return text
    .replace(/&(?!(?:#\d+|#x[\da-f]+|\w{2,31});)|[<>]/gi, (character) => MARKUP_CHARACTERS[character]!)
    .replaceAll("\u00a0", "&#160;");
}
