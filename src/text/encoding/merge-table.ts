/** Which two adjacent symbols make which piece, and in what order: the merges of a byte-pair encoding, from its pieces alone. */

import type { Vocabulary } from "../sentencepiece/vocabulary.ts";
import { ABSENT, PairMap } from "../tables/pair-map.ts";

/** A symbol is a piece's id, or, for a character that is no piece, the vocabulary's size plus its code point. */
export class MergeTable {
  /** Merges of lower rank come first: [size]. Pieces of equal score have equal ranks. */
  readonly ranks: Int32Array;
  private readonly singles = new Int32Array(65536).fill(ABSENT);
  private readonly longSingles = new Map<number, number>();
  private readonly size: number;
  /** Left and right symbol to the piece they make. */
  private readonly pairs: PairMap;

  constructor(vocabulary: Vocabulary) {
    this.size = vocabulary.size;
    this.ranks = rankByScore(vocabulary);
    this.pairs = new PairMap(2 * vocabulary.size);
    const { segmentIds } = vocabulary;
    for (const [text, id] of segmentIds) {
      const codePoint = text.codePointAt(0)!;
      if (text.length !== (codePoint > 0xffff ? 2 : 1)) continue;
      if (codePoint > 0xffff) this.longSingles.set(codePoint, id);
      else this.singles[codePoint] = id;
    }
    for (const [text, id] of segmentIds) this.addSplits(text, id, segmentIds);
  }

  /** The symbol of a single character. */
  symbolOf(codePoint: number): number {
    const id = codePoint > 0xffff ? (this.longSingles.get(codePoint) ?? ABSENT) : this.singles[codePoint]!;
    return id === ABSENT ? this.size + codePoint : id;
  }

  /** The piece that two symbols make, or ABSENT. */
  merge(left: number, right: number): number {
    return this.pairs.get(left, right);
  }

  /** Enters every way to put a piece together from two symbols. */
  private addSplits(text: string, id: number, segmentIds: ReadonlyMap<string, number>): void {
    for (let at = 1; at < text.length; at++) {
      const unit = text.charCodeAt(at - 1);
      const isHighSurrogate = unit >= 0xd800 && unit < 0xdc00;
      if (isHighSurrogate) continue;
      const left = this.symbolOfPart(text.slice(0, at), segmentIds);
      if (left === ABSENT) continue;
      const right = this.symbolOfPart(text.slice(at), segmentIds);
      if (right !== ABSENT) this.pairs.set(left, right, id);
    }
  }

  private symbolOfPart(part: string, segmentIds: ReadonlyMap<string, number>): number {
    const piece = segmentIds.get(part);
    if (piece !== undefined) return piece;
    const codePoint = part.codePointAt(0)!;
    return part.length === (codePoint > 0xffff ? 2 : 1) ? this.size + codePoint : ABSENT;
  }
}

function rankByScore({ pieces }: Vocabulary): Int32Array {
  const ascending = Float64Array.from(pieces, ({ score }) => score).sort();
  const ranks = new Map<number, number>();
  for (let i = ascending.length - 1; i >= 0; i--) if (!ranks.has(ascending[i]!)) ranks.set(ascending[i]!, ranks.size);
  return Int32Array.from(pieces, ({ score }) => ranks.get(score)!);
}
