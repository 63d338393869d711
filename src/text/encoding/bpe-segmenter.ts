/**
 * Segments text by byte-pair encoding (Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units"):
 * of all adjacent pairs that make a piece, the one of lowest rank is merged first, the leftmost among equals.
 */

import { PieceType } from "../sentencepiece/model-proto.ts";
import type { Vocabulary } from "../sentencepiece/vocabulary.ts";
import { NumberHeap } from "../tables/number-heap.ts";
import { ABSENT } from "../tables/pair-map.ts";
import { LookedUpMerges, type Merges, MergeTable, rankByScore } from "./merge-table.ts";

/** Up to this many symbols a scan for the best pair is faster than a heap. */
const SCAN_LIMIT = 32;
const NO_RANK = 0x7fffffff;

export class BpeSegmenter {
  /** The result of the last `segment`: symbols as `Merges` numbers them. */
  symbols = new Int32Array(64);
  private readonly vocabulary: Vocabulary;
  private merges: Merges;
  /** By id. */
  private readonly ranks: Int32Array;
  /** Rank of each pair (i, next), and the piece it makes. */
  private pairRanks = new Int32Array(64);
  private pairPieces = new Int32Array(64);
  private next = new Int32Array(64);
  private previous = new Int32Array(64);
  private readonly heap = new NumberHeap();
  private readonly unused: ReadonlySet<number>;
  /** The symbols that each unused piece met was made of. */
  private readonly splits = new Map<number, readonly [number, number]>();

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
    this.merges = new LookedUpMerges(vocabulary);
    this.ranks = rankByScore(vocabulary);
    this.unused = new Set(vocabulary.pieces.ofType(PieceType.unused));
  }

  /** Makes a table of all merges: the same segments, faster. */
  makeTable(): void {
    this.merges = new MergeTable(this.vocabulary);
  }

  /** Segments well-formed UTF-16 units [from, to) into `symbols` and returns how many there are. */
  segment(units: Uint16Array, from: number, to: number): number {
    this.reserve(to - from);
    let count = this.characters(units, from, to);
    for (let i = 0; i + 1 < count; i++) this.lookUp(i, this.symbols[i]!, this.symbols[i + 1]!);
    count = count <= SCAN_LIMIT ? this.mergeByScan(count) : this.mergeByHeap(count);
    if (this.unused.size > 0) {
      count = this.splitUnused(count);
      this.splits.clear();
    }
    return count;
  }

  private characters(units: Uint16Array, from: number, to: number): number {
    const { symbols, merges } = this;
    let count = 0;
    for (let at = from; at < to; at++) {
      const unit = units[at]!;
      const isPair = unit >= 0xd800 && unit < 0xdc00 && at + 1 < to;
      const codePoint = isPair ? 0x10000 + ((unit - 0xd800) << 10) + (units[++at]! - 0xdc00) : unit;
      symbols[count++] = merges.symbolOf(codePoint);
    }
    return count;
  }

  private lookUp(at: number, left: number, right: number): void {
    const piece = this.merges.merge(left, right);
    this.pairPieces[at] = piece;
    this.pairRanks[at] = piece === ABSENT ? NO_RANK : this.ranks[piece]!;
    if (this.unused.size > 0 && this.unused.has(piece)) this.splits.set(piece, [left, right]);
  }

  private mergeByScan(characters: number): number {
    const { symbols, pairRanks, pairPieces } = this;
    let count = characters;
    while (count > 1) {
      let best = 0;
      let bestRank = pairRanks[0]!;
      for (let i = 1; i < count - 1; i++) {
        if (pairRanks[i]! < bestRank) {
          best = i;
          bestRank = pairRanks[i]!;
        }
      }
      if (bestRank === NO_RANK) break;
      symbols[best] = pairPieces[best]!;
      count--;
      for (let i = best + 1; i < count; i++) {
        symbols[i] = symbols[i + 1]!;
        pairRanks[i] = pairRanks[i + 1]!;
        pairPieces[i] = pairPieces[i + 1]!;
      }
      if (best > 0) this.lookUp(best - 1, symbols[best - 1]!, symbols[best]!);
      if (best + 1 < count) this.lookUp(best, symbols[best]!, symbols[best + 1]!);
    }
    return count;
  }

  private mergeByHeap(characters: number): number {
    const { symbols, pairRanks, pairPieces, next, previous, heap } = this;
    for (let i = 0; i < characters; i++) {
      next[i] = i + 1 < characters ? i + 1 : ABSENT;
      previous[i] = i - 1;
      if (i + 1 < characters) this.queue(i);
    }
    pairRanks[characters - 1] = NO_RANK;
    while (heap.size > 0) {
      const key = heap.pop();
      const rank = Math.floor(key / PLACES);
      const at = key - rank * PLACES;
      // A key whose pair has changed since is stale.
      if (pairRanks[at] !== rank) continue;
      const right = next[at]!;
      const after = next[right]!;
      symbols[at] = pairPieces[at]!;
      pairRanks[right] = NO_RANK;
      pairRanks[at] = NO_RANK;
      next[at] = after;
      if (after !== ABSENT) {
        previous[after] = at;
        this.lookUp(at, symbols[at]!, symbols[after]!);
        this.queue(at);
      }
      const before = previous[at]!;
      if (before !== ABSENT) {
        this.lookUp(before, symbols[before]!, symbols[at]!);
        this.queue(before);
      }
    }
    let count = 0;
    for (let at = 0; at !== ABSENT; at = next[at]!) symbols[count++] = symbols[at]!;
    return count;
  }

  private queue(at: number): void {
    const rank = this.pairRanks[at]!;
    if (rank !== NO_RANK) this.heap.push(rank * PLACES + at);
  }

  private splitUnused(count: number): number {
    const whole: number[] = [];
    const expand = (symbol: number): void => {
      const parts = this.unused.has(symbol) ? this.splits.get(symbol) : undefined;
      if (parts === undefined) whole.push(symbol);
      else parts.forEach(expand);
    };
    for (let i = 0; i < count; i++) expand(this.symbols[i]!);
    this.reserve(whole.length);
    this.symbols.set(whole);
    return whole.length;
  }

  private reserve(count: number): void {
    if (count <= this.symbols.length) return;
    const size = 2 * count;
    this.symbols = new Int32Array(size);
    this.pairRanks = new Int32Array(size);
    this.pairPieces = new Int32Array(size);
    this.next = new Int32Array(size);
    this.previous = new Int32Array(size);
  }
}

/** Keys of the heap are rank · PLACES + place, exact below 2^53. */
const PLACES = 2 ** 31;
