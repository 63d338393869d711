/** Which two adjacent symbols make which piece, and in what order: the merges of a byte-pair encoding, from its pieces alone. */

import type { Vocabulary } from "../sentencepiece/vocabulary.ts";
import { ABSENT, PairMap } from "../tables/pair-map.ts";
import { PieceTrie, ROOT } from "../tables/piece-trie.ts";

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
    const trie = new PieceTrie(2 * vocabulary.size);
    for (const [text, id] of vocabulary.segmentIds) {
      trie.add(text, id);
      const codePoint = text.codePointAt(0)!;
      if (text.length !== (codePoint > 0xffff ? 2 : 1)) continue;
      if (codePoint > 0xffff) this.longSingles.set(codePoint, id);
      else this.singles[codePoint] = id;
    }
    for (const [text, id] of vocabulary.segmentIds) this.addSplits(text, id, trie);
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
  private addSplits(text: string, id: number, trie: PieceTrie): void {
    let node = ROOT;
    for (let at = 0; at < text.length - 1; at++) {
      node = trie.step(node, text.charCodeAt(at));
      const unit = text.charCodeAt(at);
      const isHighSurrogate = unit >= 0xd800 && unit < 0xdc00;
      if (isHighSurrogate) continue;
      const left = this.symbolOfPart(text, 0, at + 1, trie.valueAt(node));
      if (left === ABSENT) continue;
      const right = this.symbolOfPart(text, at + 1, text.length, walk(trie, text, at + 1));
      if (right !== ABSENT) this.pairs.set(left, right, id);
    }
  }

  private symbolOfPart(text: string, from: number, to: number, piece: number): number {
    if (piece !== ABSENT) return piece;
    const codePoint = text.codePointAt(from)!;
    return to - from === (codePoint > 0xffff ? 2 : 1) ? this.size + codePoint : ABSENT;
  }
}

/** Value of the piece that is the text from `at` on, or ABSENT. */
function walk(trie: PieceTrie, text: string, at: number): number {
  let node = ROOT;
  for (let i = at; i < text.length; i++) {
    node = trie.step(node, text.charCodeAt(i));
    if (node === ABSENT) return ABSENT;
  }
  return trie.valueAt(node);
}

function rankByScore({ pieces }: Vocabulary): Int32Array {
  const ascending = Float64Array.from(pieces, ({ score }) => score).sort();
  const ranks = new Map<number, number>();
  for (let i = ascending.length - 1; i >= 0; i--) if (!ranks.has(ascending[i]!)) ranks.set(ascending[i]!, ranks.size);
  return Int32Array.from(pieces, ({ score }) => ranks.get(score)!);
}
