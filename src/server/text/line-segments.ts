/** Cuts text at its line breaks and markup at its tags; white space around lines, line breaks and tags stay as they are. */
import type { SegmentedText, TextFormat } from "./segmented-text.ts";

/** A tag, comment, CDATA section or processing instruction of markup; a script or style with what is in it. */
const MARKUP =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<(script|style)\b[^>]*>[\s\S]*?<\/\1\s*>|<[/!?]?[A-Za-z](?:[^<>"']|"[^"]*"|'[^']*')*>/gi;
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;
const MARKUP_CHARACTERS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
};

/** Segments are lines, or in markup what stands between tags on one line. A line without a letter stays as it is. */
export function lineSegments(text: string, { kind }: TextFormat): SegmentedText {
  const parts = kind === "text" ? [{ text, kept: false }] : splitAround(text, MARKUP);
  const pieces = parts.flatMap((part) => (part.kept ? [part] : splitAround(part.text, LINE_BREAK)));
  const decode = kind === "text" ? (line: string) => line : decodeEntities;
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
    const [, before, core, after] = /^(\s*)([\s\S]*?)(\s*)$/.exec(line)!;
    layout.push(encode(before!), segments.length, encode(after!));
    segments.push(core!);
  }
  return {
    segments,
    join: (translations) =>
      layout.map((each) => (typeof each === "string" ? each : encode(translations[each]!))).join(""),
  };
}

/** The texts between matches of the pattern, and the matches, which are kept. */
function splitAround(text: string, pattern: RegExp): { text: string; kept: boolean }[] {
  const parts: { text: string; kept: boolean }[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index), kept: false });
    parts.push({ text: match[0], kept: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), kept: false });
  return parts;
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/gi, (entity, decimal, hexadecimal, name) => {
    if (name !== undefined) return ENTITIES[name as string] ?? entity;
    const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal);
    return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? entity : String.fromCodePoint(code);
  });
}

/** An ampersand that begins an entity stays: those that were not decoded are there still. */
function encodeEntities(text: string): string {
  return text
    .replace(/&(?!(?:#\d+|#x[\da-f]+|\w{2,31});)|[<>]/gi, (character) => MARKUP_CHARACTERS[character]!)
    .replaceAll("\u00a0", "&#160;");
}
