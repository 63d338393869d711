/** A text of any shape as parts: segments for a translator, and everything between them, which stays byte for byte. */
import { findTerms, type Glossary } from "../glossary/glossary.ts";
import { isKept } from "../glossary/glossary-entry.ts";
import { findPlaceables, type Placeable } from "./placeables/find-placeables.ts";
import type { Range } from "./placeables/icu-message.ts";
import { splitSentences } from "./sentences.ts";
import { tagPartners } from "./tags/tag-partners.ts";
import { separators, type WhiteSpace, withSpaces } from "./white-space.ts";

/** A piece of a text: language, or what its translation has as it is. */
export type Token = string | PlacedToken;

/** A placeable with the texts inside it, of a plural message, parted in their turn. */
export interface PlacedToken extends Placeable {
  /** Syntax and, between it, parts of the cases' texts; undefined where there are none. */
  inner?: readonly (string | readonly Part[])[];
}

/** What a translator is given: a sentence or a line without the white space and the placeables at its edges. */
export interface Segment {
  tokens: readonly Token[];
  /** Part of a message of ICU, where an apostrophe before a brace has a meaning. */
  isIcu: boolean;
}

/** A part of a text. */
export type Part = Token | Segment;

/** A text of a format that has tags, as the segments of a document are. */
export interface TaggedText {
  text: string;
  /** Tags that stand in the text, each once: `["<1>", "</1>", "<2/>"]`. */
  tags: readonly string[];
  /** Those of `tags` that are line breaks or the like: no segment goes beyond. */
  breaks?: readonly string[];
  /** What its white space means, where that is not what the options say. */
  whiteSpace?: WhiteSpace;
}

/** How a text is cut. */
export interface SegmentOptions {
  /** Language of the text, for its abbreviations. Default "en". */
  language?: string;
  /** Translate sentence by sentence instead of line by line. Default true. */
  sentences?: boolean;
  /** What white space means. Default "lines". */
  whiteSpace?: WhiteSpace;
  /** Terms and their translations; of equally long terms that of the earlier one counts. Default none. */
  glossaries?: readonly Glossary[];
}

/** White space, and marks of lists and quotations before it. */
const LEADING = /^(?:\s+|[-*•·‣◦–—>#]{1,6}(?=\s)|\(?(?:\d{1,3}|[a-z])\)(?=\s))+/u;

/**
 * Cuts a text. The parts joined are the text; those that are segments have a letter at least.
 *
 * @example
 * segmentText("Hello.  \n\n- {0} files"); // [{ tokens: ["Hello."] }, "  \n\n- ", { tokens: [{0}, " files"] }]
 */
export function segmentText(text: string | TaggedText, options: SegmentOptions = {}): Part[] {
  if (typeof text === "string") return partsOf(text, { ...options, tags: [], breaks: [] }, false);
  const { tags, breaks = [], whiteSpace } = text;
  return partsOf(text.text, { ...options, tags, breaks, ...(whiteSpace !== undefined && { whiteSpace }) }, false);
}

/** Whether a part is one for the translator. */
export function isSegment(part: Part): part is Segment {
  return typeof part !== "string" && "tokens" in part;
}

/** All segments, those inside plural messages too, in the order of the text. */
export function segmentsOf(parts: readonly Part[]): Segment[] {
  return parts.flatMap((part) => {
    if (typeof part === "string") return [];
    if (isSegment(part)) return [...part.tokens.flatMap(innerSegments), part];
    return innerSegments(part);
  });
}

function innerSegments(token: Token): Segment[] {
  if (typeof token === "string" || token.inner === undefined) return [];
  return token.inner.flatMap((each) => (typeof each === "string" ? [] : segmentsOf(each)));
}

/** The text of parts, segments replaced by what `translated` gives for them. */
export function joinParts(parts: readonly Part[], translated: (segment: Segment) => readonly Token[]): string {
  return parts
    .map((part): string => {
      if (isSegment(part)) return joinParts(translated(part), translated);
      if (typeof part === "string") return part;
      if (part.inner === undefined) return part.text;
      return part.inner.map((each) => (typeof each === "string" ? each : joinParts(each, translated))).join("");
    })
    .join("");
}

/** Options, and the tags of the text. */
type PartOptions = SegmentOptions & Required<Pick<TaggedText, "tags" | "breaks">>;

function partsOf(text: string, options: PartOptions, inIcuCase: boolean): Part[] {
  const found = withKeptTerms(text, findPlaceables(text, inIcuCase, options.tags), options.glossaries ?? []);
  const placeables = found.map((each) => withInner(each, text, options));
  const isIcu = inIcuCase || placeables.some(({ kind }) => kind === "icu-message");
  const parts: Part[] = [];
  let next = 0;
  for (const range of segmentRanges(text, placeables, options)) {
    const tokens: Token[] = [];
    let at = range.start;
    for (; next < placeables.length && placeables[next]!.start < range.end; next++) {
      const placeable = placeables[next]!;
      if (placeable.start > at) tokens.push(text.slice(at, placeable.start));
      tokens.push(placeable);
      at = placeable.end;
    }
    if (at < range.end) tokens.push(text.slice(at, range.end));
    parts.push(...withoutEdges(tokens, isIcu));
  }
  return parts;
}

/** The placeables, and between them the terms that come out as they are. */
function withKeptTerms(text: string, placeables: Placeable[], glossaries: readonly Glossary[]): Placeable[] {
  if (!glossaries.some(({ hasKept }) => hasKept)) return placeables;
  const all: Placeable[] = [];
  let at = 0;
  for (const placeable of [...placeables, undefined]) {
    const from = at;
    const part = text.slice(from, placeable?.start);
    for (const { start, end, entry } of findTerms(glossaries, part)) {
      if (!isKept(entry)) continue;
      all.push({ kind: "term", start: from + start, end: from + end, text: part.slice(start, end) });
    }
    if (placeable === undefined) break;
    all.push(placeable);
    at = placeable.end;
  }
  return all;
}

function withInner(placeable: Placeable, text: string, options: PartOptions): PlacedToken {
  if (placeable.cases === undefined) return placeable;
  const inner: (string | Part[])[] = [];
  let at = placeable.start;
  for (const { start, end } of placeable.cases) {
    inner.push(text.slice(at, start), partsOf(text.slice(start, end), options, true));
    at = end;
  }
  return { ...placeable, inner: [...inner, text.slice(at, placeable.end)] };
}

/** Ranges that cover the text, in order: separators, and what is between them, sentence by sentence if asked for. */
function segmentRanges(text: string, placeables: readonly Placeable[], options: PartOptions): Range[] {
  const plain = withStandIns(text, placeables, new Set(options.breaks));
  const ranges: Range[] = [];
  let at = 0;
  const add = (end: number) => {
    if (end > at) ranges.push({ start: at, end });
    at = end;
  };
  const addLine = (end: number) => {
    if (options.sentences === false) return add(end);
    for (const sentence of splitSentences(withSpaces(plain.slice(at, end)), options.language))
      add(at + sentence.length);
  };
  for (const { start, end } of separators(plain, options.whiteSpace ?? "lines")) {
    addLine(start);
    add(end);
  }
  addLine(plain.length);
  return ranges;
}

/**
 * The text with a stand-in of the same length for each placeable, so that no boundary is found in one: closing brackets for tags, letters for words,
 * and control characters for breaks.
 */
function withStandIns(text: string, placeables: readonly Placeable[], breaks: ReadonlySet<string>): string {
  let plain = "";
  let at = 0;
  for (const placeable of placeables) {
    const { kind, start, end } = placeable;
    const isBreak = kind === "tag" && breaks.has(placeable.text);
    const standIn = isBreak ? "\x1e" : kind === "tag" || kind === "emoji" ? ")" : "X";
    plain += text.slice(at, start) + standIn.repeat(end - start);
    at = end;
  }
  return plain + text.slice(at);
}

/** A segment with what stands at its edges beside it; no segment where there is no letter to translate. */
function withoutEdges(tokens: readonly Token[], isIcu: boolean): Part[] {
  const rest = [...tokens];
  const partners = tagPartners(rest);
  const before: Token[] = [];
  const after: Token[] = [];
  let first = 0;
  let last = rest.length - 1;
  /** Emoji, and tags without a partner between the edges or with it at the other one. */
  const staysAtEdge = (index: number) => {
    const token = rest[index];
    if (token === undefined || typeof token === "string") return false;
    const partner = partners.get(index) ?? -1;
    const isPaired = partner >= first && partner <= last && !(index === first && partner === last);
    return token.kind === "emoji" || (token.kind === "tag" && !isPaired);
  };
  for (let moved = true; moved && first <= last; ) {
    const [start, end] = [first, last];
    first += trimStart(rest, first, before);
    if (first <= last) last -= trimEnd(rest, last, after);
    if (first <= last && staysAtEdge(first)) before.push(rest[first++]!);
    if (first <= last && staysAtEdge(last)) after.push(rest[last--]!);
    moved = first !== start || last !== end;
  }
  const inside = rest.slice(first, last + 1);
  const hasLetter = inside.some((token) => typeof token === "string" && /\p{L}/u.test(token));
  return [...before, ...(hasLetter ? [{ tokens: inside, isIcu }] : inside), ...after.reverse()];
}

/** Moves white space and marks before the first token's text; the number of tokens that are gone. */
function trimStart(tokens: Token[], index: number, before: Token[]): 0 | 1 {
  const first = tokens[index];
  const edge = typeof first === "string" ? LEADING.exec(first)?.[0] : undefined;
  if (typeof first !== "string" || edge === undefined) return 0;
  before.push(edge);
  tokens[index] = first.slice(edge.length);
  return edge.length === first.length ? 1 : 0;
}

/** Moves white space behind the last token's text; the number of tokens that are gone. */
function trimEnd(tokens: Token[], index: number, after: Token[]): 0 | 1 {
  const last = tokens[index];
  if (typeof last !== "string") return 0;
  const kept = last.trimEnd();
  if (kept.length < last.length) after.push(last.slice(kept.length));
  tokens[index] = kept;
  return kept === "" ? 1 : 0;
}
