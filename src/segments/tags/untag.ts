/** A segment without its tags, and its translation with them again. */

import { type LineStyle, type MaskedSegment, maskSegment, unmask } from "../masks.ts";
import type { PlacedToken, Segment, Token } from "../segment-text.ts";
import type { LineHypothesis } from "../translate-lines.ts";
import { asLine } from "../white-space.ts";
import { placeTags, type TagPlace, tagTree } from "./align-tags.ts";
import { tagPartners } from "./tag-partners.ts";

/** A segment whose line has masks for all but its tags. */
export interface UntaggedSegment {
  masked: MaskedSegment;
  /** The translation with the tags; undefined where the place of one is not known, or a mask is missing. */
  restore(hypothesis: LineHypothesis): Token[] | undefined;
}

/** A segment with more tags is split: a list, not a sentence. */
const MOST_TAGS = 100;

/** Undefined where the segment has no tags or too many, or other placeables that cannot be masked. */
export function untag(segment: Segment, style: LineStyle): UntaggedSegment | undefined {
  const { items, places } = withoutTags(segment.tokens);
  if (places.length === 0 || places.length > MOST_TAGS) return undefined;
  const masked = maskSegment({ ...segment, tokens: items }, style);
  if (masked === undefined) return undefined;
  const starts = itemStarts(items, masked);
  if (starts === undefined) return undefined;
  const tags = tagTree(places.map(({ tag, item, offset, spaced }) => ({ tag, at: starts[item]! + offset, spaced })));
  const line = withoutMasks(masked.line, masked);
  return {
    masked,
    restore: ({ text, alignment }) => {
      const pieces = unmask(text, masked);
      if (pieces === undefined || alignment === undefined) return undefined;
      const plain = pieces
        .map((piece) => (piece.run === undefined ? piece.text : "X".repeat(piece.text.length)))
        .join("");
      const inserted = placeTags(line, tags, plain, alignment);
      return inserted && insert(pieces, inserted);
    },
  };
}

interface ItemPlace extends Omit<TagPlace, "at"> {
  /** Index of the item that it stands in or before. */
  item: number;
  /** Units of that item before it. */
  offset: number;
}

/** Tokens without tags, texts that meet joined with the white space of one of them; where the tags were. */
function withoutTags(tokens: readonly Token[]): { items: (string | PlacedToken)[]; places: ItemPlace[] } {
  const partners = tagPartners(tokens);
  const items: (string | PlacedToken)[] = [];
  const places: ItemPlace[] = [];
  let waiting: { tag: PlacedToken; isPaired: boolean }[] = [];
  const put = (next: string | PlacedToken | undefined) => {
    const last = items.at(-1);
    let text = typeof next === "string" ? asLine(next) : "";
    const left = typeof last === "string" ? last : "";
    const spaced = /\s$/.test(left) && /^\s/.test(text);
    if (spaced && waiting.length > 0) text = text.trimStart();
    const joins = typeof last === "string" && typeof next === "string";
    // Words that only a tag such as <br> parted.
    const isBreak = joins && waiting.some(({ isPaired }) => !isPaired) && /\S$/.test(left) && /^\S/.test(text);
    const item = joins ? items.length - 1 : items.length;
    for (const { tag } of waiting) places.push({ tag, item, offset: joins ? left.length : 0, spaced });
    waiting = [];
    if (joins) items[item] = `${left}${isBreak ? " " : ""}${text}`;
    else if (next !== undefined) items.push(typeof next === "string" ? text : next);
  };
  tokens.forEach((token, i) => {
    if (typeof token !== "string" && token.kind === "tag") waiting.push({ tag: token, isPaired: partners.has(i) });
    else put(token);
  });
  if (waiting.length > 0) put(undefined);
  return { items, places };
}

/** [items + 1] where each begins in the masked line; undefined where two placeables are shown as one mask. */
function itemStarts(items: readonly (string | PlacedToken)[], { masks, runs }: MaskedSegment): number[] | undefined {
  if (runs.some((run) => run.length > 1)) return undefined;
  let at = 0;
  let next = 0;
  const starts = items.map((item) => {
    const start = at;
    at += typeof item === "string" ? item.length : masks[next++]!.length;
    return start;
  });
  return [...starts, at];
}

/** The line with letters for its masks, so that none is taken for punctuation. */
function withoutMasks(line: string, masked: MaskedSegment): string {
  return (unmask(line, masked) ?? [])
    .map(({ text, run }) => (run === undefined ? text : "X".repeat(text.length)))
    .join("");
}

function insert(
  pieces: readonly { text: string; run?: readonly PlacedToken[] }[],
  inserted: readonly { at: number; tag: Token }[],
): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let next = 0;
  for (const { text, run } of pieces) {
    let from = 0;
    for (; next < inserted.length && inserted[next]!.at < at + text.length; next++) {
      const to = Math.max(inserted[next]!.at - at, 0);
      if (run === undefined && to > from) tokens.push(text.slice(from, to));
      from = Math.max(from, to);
      tokens.push(inserted[next]!.tag);
    }
    if (run !== undefined) tokens.push(...run);
    else if (from < text.length) tokens.push(text.slice(from));
    at += text.length;
  }
  return [...tokens, ...inserted.slice(next).map(({ tag }) => tag)];
}
