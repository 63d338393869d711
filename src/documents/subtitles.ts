/** Subtitles, SubRip `.srt` and WebVTT (W3C): the lines of each cue; times, settings, notes and styles stay. */
import type { Document } from "./segments/document.ts";
import { type InlineItem, InlineText, trimItems } from "./segments/inline-tags.ts";
import { decodeReferences, encodeReferences } from "./segments/references.ts";
import { asOneLine, linesOf, SourceText } from "./segments/source-text.ts";
import { type Place, TextDocument } from "./segments/text-document.ts";

interface Line {
  from: number;
  to: number;
  line: string;
}

const TIMES = /^\s*(?:\d+:)?\d+:\d+[.,]\d+\s*-->\s*(?:\d+:)?\d+:\d+[.,]\d+/;
/** `<i>`, `</i>`, `<v Name>`, `<00:01.000>` and `{\an8}`. */
const TAG = /<(\/?)([a-zA-Z][\w-]*|\d[\d:.]*)[^<>]*>|\{\\[^{}]*\}/g;

/**
 * A cue is a segment, its lines joined by spaces; lines that begin with a dash, where two speak, are segments of their own. A translation is
 * broken into as many lines as the cue had, of about the same length.
 */
export function readSubtitles(bytes: Uint8Array, name: string): Document {
  const source = new SourceText(bytes, name);
  const isVtt = /^WEBVTT(?:[ \t\r\n]|$)/.test(source.text);
  const places: Place[] = [];
  let cue: Line[] | undefined;
  const finish = () => {
    if (cue !== undefined) for (const lines of utterances(cue)) places.push(...placeOf(source, lines, isVtt));
    cue = undefined;
  };
  for (const line of linesOf(source.text)) {
    if (line.line.trim() === "") finish();
    else if (TIMES.test(line.line)) {
      // Without a blank line between, the number of this cue stands at the end of the one before.
      if (cue !== undefined && /^\s*\d+\s*$/.test(cue.at(-1)?.line ?? "")) cue.pop();
      finish();
      cue = [];
    } else if (line.line.includes("-->") && (cue === undefined || isVtt)) {
      throw source.damaged(line.from, `${JSON.stringify(line.line.slice(0, 60))} are no times of a cue`);
    } else cue?.push(line);
  }
  finish();
  return new TextDocument(source, places);
}

function utterances(lines: readonly Line[]): Line[][] {
  const starts = (line: Line) => /^\s*(?:<[^>]*>)*\s*[-–—]/.test(line.line);
  if (lines.filter(starts).length < 2) return lines.length === 0 ? [] : [[...lines]];
  const found: Line[][] = [];
  for (const line of lines) {
    if (found.length === 0 || starts(line)) found.push([line]);
    else found.at(-1)!.push(line);
  }
  return found;
}

function placeOf(source: SourceText, lines: readonly Line[], isVtt: boolean): Place[] {
  const all = lines.flatMap((line, i): InlineItem[] => {
    const items = itemsOf(line, isVtt);
    return i === 0 ? items : [{ kind: "text", from: line.from, to: line.from, text: " " }, ...items];
  });
  const { items } = trimItems(all);
  if (items.length === 0) return [];
  const inline = new InlineText(items);
  const { from, to } = { from: items[0]!.from, to: items.at(-1)!.to };
  const encode = (text: string) => (isVtt ? encodeReferences(text) : text.replaceAll("-->", "→"));
  return [
    {
      segment: { text: inline.text, current: inline.text, state: "new", line: source.lineAt(from), tags: inline.marks },
      edits: (translation, lostTags) => {
        const broken = inLines(asOneLine(translation), lines.length);
        const parts = inline.restore(broken, encode, lostTags, source.where(from));
        return (
          parts && [
            {
              from,
              to,
              parts: parts.map((part) => (typeof part === "string" ? part.replaceAll("\n", source.lineBreak) : part)),
            },
          ]
        );
      },
    },
  ];
}

function itemsOf({ from, to, line }: Line, isVtt: boolean): InlineItem[] {
  const items: InlineItem[] = [];
  const text = (start: number, end: number) => {
    const raw = line.slice(start, end);
    // White space at the ends is apart, so that it can be left out.
    let at = from + start;
    for (const piece of raw.split(/(^\s+|\s+$)/).filter((each) => each !== "")) {
      items.push({ kind: "text", from: at, to: at + piece.length, text: isVtt ? decodeReferences(piece) : piece });
      at += piece.length;
    }
  };
  let last = 0;
  for (const found of line.matchAll(TAG)) {
    text(last, found.index);
    last = found.index + found[0].length;
    const [, slash, name] = found;
    const isEmpty = name === undefined || /^\d/.test(name);
    const kind = isEmpty ? "empty" : slash === "/" ? "close" : "open";
    items.push({ kind, from: from + found.index, to: from + last, ...(name !== undefined && { name }) });
  }
  text(last, to - from);
  return items;
}

/** Breaks at spaces so that lines are about as long as each other. */
function inLines(text: string, count: number): string {
  const words = text.trim().split(" ");
  const lines: string[] = [];
  let rest = text.trim().length;
  let line = "";
  for (const word of words) {
    const target = rest / (count - lines.length);
    const longer = line === "" ? word : `${line} ${word}`;
    const isNearer = Math.abs(longer.length - target) <= Math.abs(line.length - target);
    if (line === "" || isNearer || lines.length === count - 1) line = longer;
    else {
      lines.push(line);
      rest -= line.length + 1;
      line = word;
    }
  }
  return [...lines, line].join("\n");
}
