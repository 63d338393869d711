/** Which two adjacent symbols make which piece: the merges of a byte-pair encoding, from its pieces alone. */

import type { Vocabulary } from "../sentencepiece/vocabulary.ts";
import { ABSENT, PairMap } from "../tables/pair-map.ts";
import { HASH_SEED, hashUnit } from "../tables/segment-table.ts";

/** A symbol is a piece's id, or, for a character that is no piece, the vocabulary's size plus its code point. */
export interface Merges {
  /** The symbol of a single character. */
  symbolOf(codePoint: number): number;
  /** The piece that two symbols make, or ABSENT. */
  merge(left: number, right: number): number;
}

/** Spells each pair out and looks for the piece: nothing has to be made first. */
export class LookedUpMerges implements Merges {
  private readonly vocabulary: Vocabulary;

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
  }

  symbolOf(codePoint: number): number {
    const { segments, size } = this.vocabulary;
    const id = segments.findCharacter(codePoint);
    return id === ABSENT ? size + codePoint : id;
  }

  merge(left: number, right: number): number {
    return this.vocabulary.segments.findPair(left, right);
  }
}

/** All of them in a table: worth it for much text. */
export class MergeTable implements Merges {
  private readonly singles = new Int32Array(65536).fill(ABSENT);
  private readonly longSingles = new Map<number, number>();
  private readonly size: number;
  /** Left and right symbol to the piece they make. */
  private readonly pairs: PairMap;

  constructor(vocabulary: Vocabulary) {
    this.size = vocabulary.size;
    this.pairs = new PairMap(2 * vocabulary.size);
    for (let id = 0; id < vocabulary.size; id++) {
      if (!vocabulary.isSegment(id)) continue;
      this.addSingle(id, vocabulary);
      this.addSplits(id, vocabulary);
    }
  }

  symbolOf(codePoint: number): number {
    const id = codePoint > 0xffff ? (this.longSingles.get(codePoint) ?? ABSENT) : this.singles[codePoint]!;
    return id === ABSENT ? this.size + codePoint : id;
  }

  merge(left: number, right: number): number {
    return this.pairs.get(left, right);
  }

  private addSingle(id: number, { pieces: { units, starts } }: Vocabulary): void {
    const from = starts[id]!;
    const codePoint = onlyCharacter(units, from, starts[id + 1]!);
    if (codePoint > 0xffff) this.longSingles.set(codePoint, id);
    else if (codePoint !== ABSENT) this.singles[codePoint] = id;
  }

  /** Enters every way to put a piece together from two symbols. */
  private addSplits(id: number, { pieces: { units, starts }, segments }: Vocabulary): void {
    const from = starts[id]!;
    const to = starts[id + 1]!;
    const symbolOfPart = (start: number, end: number, hash: number): number => {
      const piece = segments.find(units, start, end, hash);
      if (piece !== ABSENT) return piece;
      const codePoint = onlyCharacter(units, start, end);
      return codePoint === ABSENT ? ABSENT : this.size + codePoint;
    };
    let hash = HASH_SEED;
    for (let at = from + 1; at < to; at++) {
      const unit = units[at - 1]!;
      hash = hashUnit(hash, unit);
      if (isHighSurrogate(unit)) continue;
      const left = symbolOfPart(from, at, hash);
      if (left === ABSENT) continue;
      const right = symbolOfPart(at, to, hashOf(units, at, to));
      if (right !== ABSENT) this.pairs.set(left, right, id);
    }
  }
}

/** Ranks of the pieces' scores, the highest first: [size]. Merges of lower rank come first; equal scores have equal ranks. */
export function rankByScore({ size, pieces: { scores } }: Vocabulary): Int32Array {
  const ranks = new Int32Array(size);
  let at = 1;
  // Most models have their pieces in this order.
  for (; at < size && scores[at]! <= scores[at - 1]!; at++) {
    ranks[at] = ranks[at - 1]! + (scores[at] === scores[at - 1] ? 0 : 1);
  }
  if (at >= size) return ranks;
  const ascending = scores.slice(0, size).sort();
  const rankOf = new Map<number, number>();
  for (let i = size - 1; i >= 0; i--) if (!rankOf.has(ascending[i]!)) rankOf.set(ascending[i]!, rankOf.size);
  for (let id = 0; id < size; id++) ranks[id] = rankOf.get(scores[id]!)!;
  return ranks;
}

/** The character that units [from, to) are; ABSENT for more than one. */
function onlyCharacter(units: Uint16Array, from: number, to: number): number {
  const unit = units[from]!;
  if (to - from === 1) return unit;
  return to - from === 2 && isHighSurrogate(unit)
    ? 0x10000 + ((unit - 0xd800) << 10) + (units[from + 1]! - 0xdc00)
    : ABSENT;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function hashOf(units: Uint16Array, from: number, to: number): number {
  let hash = HASH_SEED;
  for (let i = from; i < to; i++) hash = hashUnit(hash, units[i]!);
  return hash;
}
