/** Encodes whole normalised texts by byte-pair encoding: cuts them where no piece can reach across, and remembers runs it has segmented. */

import { PieceType } from "../sentencepiece/model-proto.ts";
import type { Vocabulary } from "../sentencepiece/vocabulary.ts";
import { ABSENT } from "../tables/pair-map.ts";
import { PieceTrie } from "../tables/piece-trie.ts";
import { HASH_SEED, hashUnit, SegmentTable } from "../tables/segment-table.ts";
import { BpeSegmenter } from "./bpe-segmenter.ts";
import { CLASSES, pieceBorders, SYMBOL_START } from "./piece-borders.ts";

/** The cache is emptied when it holds this many runs; longer runs than `CACHED_UNITS` are not kept. */
const CACHED_RUNS = 1 << 16;
const CACHED_UNITS = 64;

/** What turns normalised text into symbols: piece ids, or the vocabulary's size plus the code point of an unknown character. */
export interface SymbolEncoder {
  /** The result of the last `encode`. */
  symbols: Int32Array;
  /** Encodes units[0 … length) and returns how many symbols there are. */
  encode(units: Uint16Array, length: number): number;
}

export class BpeEncoder implements SymbolEncoder {
  symbols = new Int32Array(256);
  private count = 0;
  private readonly segmenter: BpeSegmenter;
  private readonly userDefined = new PieceTrie();
  private readonly lengths: Uint16Array;
  private readonly classes: Uint8Array;
  private readonly cuts: Uint8Array;
  private readonly cache = new SegmentTable(4096);
  /** Cached run i has the symbols `cachedSymbols[cachedStarts[i] … cachedStarts[i + 1])`. */
  private cachedStarts = new Int32Array(CACHED_RUNS + 1);
  private cachedSymbols = new Int32Array(1 << 14);

  constructor(vocabulary: Vocabulary) {
    this.segmenter = new BpeSegmenter(vocabulary);
    ({ classes: this.classes, cuts: this.cuts } = pieceBorders(vocabulary));
    this.lengths = Uint16Array.from(vocabulary.pieces, (piece) => piece.text.length);
    vocabulary.pieces.forEach(({ text, type }, id) => {
      if (type === PieceType.userDefined) this.userDefined.add(text, id);
    });
  }

  encode(units: Uint16Array, length: number): number {
    if (length > this.symbols.length) this.symbols = new Int32Array(2 * length);
    const { classes, cuts } = this;
    this.count = 0;
    let from = 0;
    let hash = HASH_SEED;
    let before = 0;
    for (let at = 0; at < length; at++) {
      const unit = units[at]!;
      const kind = classes[unit]!;
      if (at > from && cuts[before * CLASSES + kind] === 1) {
        this.emit(units, from, at, hash);
        from = at;
        hash = HASH_SEED;
      }
      if (kind === SYMBOL_START) {
        const symbol = this.userDefined.longestPrefix(units, at, length);
        if (symbol !== ABSENT) {
          if (at > from) this.emit(units, from, at, hash);
          this.symbols[this.count++] = symbol;
          at += this.lengths[symbol]! - 1;
          from = at + 1;
          hash = HASH_SEED;
          continue;
        }
      }
      hash = hashUnit(hash, unit);
      before = kind;
    }
    if (length > from) this.emit(units, from, length, hash);
    return this.count;
  }

  /** Appends the symbols of one run. */
  private emit(units: Uint16Array, from: number, to: number, hash: number): void {
    let run = this.cache.find(units, from, to, hash);
    if (run < 0) {
      const count = this.segmenter.segment(units, from, to);
      if (to - from > CACHED_UNITS) {
        this.symbols.set(this.segmenter.symbols.subarray(0, count), this.count);
        this.count += count;
        return;
      }
      run = this.remember(units, from, to, hash, count);
    }
    const { symbols, cachedSymbols } = this;
    const end = this.cachedStarts[run + 1]!;
    let { count } = this;
    for (let i = this.cachedStarts[run]!; i < end; i++) symbols[count++] = cachedSymbols[i]!;
    this.count = count;
  }

  private remember(units: Uint16Array, from: number, to: number, hash: number, count: number): number {
    if (this.cache.size === CACHED_RUNS) this.cache.clear();
    const run = this.cache.add(units, from, to, hash);
    const start = this.cachedStarts[run]!;
    if (start + count > this.cachedSymbols.length) {
      const grown = new Int32Array(2 * (start + count));
      grown.set(this.cachedSymbols);
      this.cachedSymbols = grown;
    }
    this.cachedSymbols.set(this.segmenter.symbols.subarray(0, count), start);
    this.cachedStarts[run + 1] = start + count;
    return run;
  }
}
