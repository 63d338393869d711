/**
 * Tags put into a translation that was made without them: each pair around the run of target words that looked most at the words inside of it, a tag
 * without a partner where the words before it and after it part.
 */
import type { Token } from "../segment-text.ts";
import { tagPartners } from "./tag-partners.ts";
import { type Word, wordPlaces } from "./word-places.ts";

/** A tag, or a pair with what is inside of it. */
export interface TagNode {
  open: Token;
  /** Undefined for a tag without a partner. */
  close: Token | undefined;
  /** Places in the line, in UTF-16 units; the same for a tag without a partner. */
  start: number;
  end: number;
  /** Whether a tag without a partner has white space on both sides. */
  spaced: boolean;
  children: readonly TagNode[];
}

/** A tag to be put before the unit at `at`. */
export interface PlacedTag {
  at: number;
  tag: Token;
}

/** A node in the translation: its words `from` to `to` (exclusive), its units `start` to `end`. */
interface Placed {
  node: TagNode;
  from: number;
  to: number;
  start: number;
  end: number;
  /** Whether a tag without words stands behind the last word. */
  isLast?: boolean;
  children: readonly Placed[];
}

/** What is known of a line and its translation. */
interface Sides {
  source: string;
  target: string;
  sourceWords: readonly Word[];
  targetWords: readonly Word[];
  /** [target words][source words] how much each looked at each */
  alignment: readonly ArrayLike<number>[];
}

/** Where nodes may stand: words `from` to `to` (exclusive) and units `start` to `end` of the translation. */
interface Room {
  from: number;
  to: number;
  start: number;
  end: number;
}

/** A tag and where it was in its line. */
export interface TagPlace {
  tag: Token;
  at: number;
  /** Whether it has white space on both sides. */
  spaced: boolean;
}

/** Tags of a line, in order, as a tree of pairs. */
export function tagTree(places: readonly TagPlace[]): TagNode[] {
  const partners = tagPartners(places.map(({ tag }) => tag));
  const read = (from: number, to: number): TagNode[] => {
    const nodes: TagNode[] = [];
    for (let i = from; i < to; i++) {
      const partner = partners.get(i);
      const { tag: open, at: start, spaced } = places[i]!;
      if (partner === undefined) nodes.push({ open, close: undefined, start, end: start, spaced, children: [] });
      else {
        const { tag: close, at: end } = places[partner]!;
        nodes.push({ open, close, start, end, spaced: false, children: read(i + 1, partner) });
        i = partner;
      }
    }
    return nodes;
  };
  return read(0, places.length);
}

/**
 * The tags of `line` in the order in which they are to be put into its translation `target`. Undefined where the place of one is not known: all words
 * are in other tags, or it stood inside of a word that the translation does not have.
 */
export function placeTags(
  line: string,
  tags: readonly TagNode[],
  target: string,
  alignment: readonly ArrayLike<number>[],
): PlacedTag[] | undefined {
  const sides = { source: line, target, sourceWords: wordPlaces(line), targetWords: wordPlaces(target), alignment };
  const { sourceWords, targetWords } = sides;
  if (alignment.length !== targetWords.length || alignment.some((row) => row.length !== sourceWords.length)) {
    return undefined;
  }
  const placed = placeNodes(tags, sides, { from: 0, to: targetWords.length, start: 0, end: target.length });
  return placed && inOrder(placed);
}

function inOrder(placed: readonly Placed[]): PlacedTag[] {
  // Of nodes at one place those without a word come first, in the order of the source.
  const sorted = placed.toSorted((a, b) => a.start - b.start || a.end - b.end);
  return sorted.flatMap(({ node, start, end, children, isLast }) => [
    ...(node.spaced && isLast ? [{ at: start, tag: " " }] : []),
    { at: start, tag: node.open },
    ...(node.spaced && !isLast ? [{ at: start, tag: " " }] : []),
    ...inOrder(children),
    ...(node.close === undefined ? [] : [{ at: end, tag: node.close }]),
  ]);
}

function placeNodes(nodes: readonly TagNode[], sides: Sides, room: Room): Placed[] | undefined {
  const placed: Placed[] = [];
  const pairs = nodes.filter((node) => isAround(node, sides));
  for (const node of pairs) {
    const words = wordsInside(node, sides);
    const run = bestRun(words, placed, sides, room);
    const place = run && unitsOf(node, run, sides, room);
    const children = place && placeNodes(node.children, sides, { ...run, ...place });
    if (children === undefined) return undefined;
    placed.push({ node, ...run!, ...place!, children });
  }
  for (const node of nodes) {
    if (pairs.includes(node)) continue;
    const at = bestGap(node, placed, sides, room);
    if (at === undefined) return undefined;
    const children = placeNodes(node.children, sides, { ...room, ...at });
    if (children === undefined) return undefined;
    placed.push({ node, ...at, children });
  }
  return placed;
}

/** Whether there is text between the tags of a pair. */
function isAround({ close, start, end }: TagNode, { source }: Sides): boolean {
  return close !== undefined && source.slice(start, end).trim() !== "";
}

/** [source words] whether a word is inside of a pair. */
function wordsInside({ start, end }: TagNode, { sourceWords }: Sides): boolean[] {
  const inside = sourceWords.map(({ letters }) => letters.start < end && letters.end > start);
  return inside.some(Boolean) ? inside : sourceWords.map((word) => word.start < end && word.end > start);
}

/**
 * The run of free target words that looked more at the words inside than at the others, and most so; where there is none, the word that did so most.
 * Undefined where no word is free.
 */
function bestRun(inside: readonly boolean[], taken: readonly Placed[], { alignment }: Sides, room: Room) {
  let best: { from: number; to: number; score: number } | undefined;
  let from = room.from;
  let score = 0;
  for (let t = room.from; t < room.to; t++) {
    const isTaken = taken.some((each) => t >= each.from && t < each.to);
    if (isTaken || score <= 0) {
      from = isTaken ? t + 1 : t;
      score = 0;
    }
    if (isTaken) continue;
    inside.forEach((isInside, s) => {
      score += isInside ? alignment[t]![s]! : -alignment[t]![s]!;
    });
    if (best === undefined || score > best.score) best = { from, to: t + 1, score };
  }
  return best && { from: best.from, to: best.to };
}

/** Where a pair's tags stand around a run of words: with the punctuation at its edges where it was so in the source. */
function unitsOf(node: TagNode, { from, to }: { from: number; to: number }, sides: Sides, room: Room) {
  const { source, targetWords } = sides;
  const inner = source.slice(node.start, node.end).trim();
  const [first, last] = [targetWords[from]!, targetWords[to - 1]!];
  const exact = insideWord(node, sides, { from, to });
  if (exact === undefined) return undefined;
  const withMark = (mark: RegExp) => mark.test(inner);
  const start = exact.start ?? (withMark(/^[^\p{L}\p{M}\p{N}]/u) ? first.start : first.letters.start);
  const end = exact.end ?? (withMark(/[^\p{L}\p{M}\p{N}]$/u) ? last.end : last.letters.end);
  return { start: Math.max(start, room.start), end: Math.min(end, room.end) };
}

/**
 * For edges inside a source word: the same place in the same target word of the run. Both are undefined where no edge is; the result is, where the word
 * is another one.
 */
function insideWord(
  node: TagNode,
  { source, target, sourceWords, targetWords }: Sides,
  run: Pick<Room, "from" | "to">,
) {
  const found: { start?: number; end?: number } = {};
  for (const edge of ["start", "end"] as const) {
    const word = sourceWords.find(({ letters }) => node[edge] > letters.start && node[edge] < letters.end);
    if (word === undefined) continue;
    const text = source.slice(word.letters.start, word.letters.end);
    const same = targetWords
      .slice(run.from, run.to)
      .find(({ letters }) => target.slice(letters.start, letters.end) === text);
    if (same === undefined) return undefined;
    found[edge] = same.letters.start + node[edge] - word.letters.start;
  }
  return found;
}

/**
 * Where a tag without words stands: between two words, none of them in a pair beside it, so that most of the words before it looked at those before it in the
 * source, and the same after it; of equal places, beside the words that looked at its neighbours.
 */
function bestGap(node: TagNode, taken: readonly Placed[], sides: Sides, room: Room) {
  const { source, sourceWords, targetWords, alignment } = sides;
  const at = node.start;
  if (sourceWords.some(({ letters }) => at > letters.start && at < letters.end)) return undefined;
  const before = sourceWords.filter(({ letters }) => letters.end <= at).length;
  // [target words] how much more a word looked at those before the tag than at those after it
  const lean = alignment.map((row) => Array.from(row).reduce((sum, x, s) => sum + (s < before ? x : -x), 0));
  const looked = (target: number, word: number) => alignment[target]?.[word] ?? 0;
  let best = room.from;
  let most = Number.NEGATIVE_INFINITY;
  let score = 0;
  for (let gap = room.from; gap <= room.to; gap++) {
    if (gap > room.from) score += lean[gap - 1]!;
    if (taken.some(({ from, to }) => gap > from && gap < to)) continue;
    const here = score + looked(gap - 1, before - 1) / 2 + looked(gap, before) / 4;
    if (here <= most) continue;
    best = gap;
    most = here;
  }
  const isAttached = at > 0 && !/\s/.test(source[at - 1]!);
  const word = isAttached ? targetWords[best - 1] : targetWords[best];
  const unit = word === undefined ? (isAttached ? room.start : room.end) : isAttached ? word.end : word.start;
  const place = Math.min(Math.max(unit, room.start), room.end);
  return { from: best, to: best, start: place, end: place, isLast: word === undefined };
}
