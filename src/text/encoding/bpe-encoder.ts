/** Encodes whole normalised texts by byte-pair encoding: cuts them where no piece can reach across, and remembers runs it has segmented. */

import { PieceType } from "../sentencepiece/model-proto.ts";
import type { Vocabulary } from "../sentencepiece/vocabulary.ts";
import { ABSENT } from "../tables/pair-map.ts";
import { PieceTrie } from "../tables/piece-trie.ts";
import { HASH_SEED, hashUnit, SegmentTable } from "../tables/segment-table.ts";
import { BpeSegmenter } from "./bpe-segmenter.ts";
import { CLASSES, type PieceBorders, pieceBorders, SYMBOL_START } from "./piece-borders.ts";

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

/**
 * The first texts are segmented whole, each pair of symbols looked up among the pieces: a model opened for a sentence has nothing to make first. When
 * they have been as long as all pieces together, there are tables, and runs that come again are remembered. Symbols are the same.
 */
export class BpeEncoder implements SymbolEncoder {
  symbols = new Int32Array(256);
  private count = 0;
  private readonly vocabulary: Vocabulary;
  private readonly segmenter: BpeSegmenter;
  private readonly userDefined = new PieceTrie();
  /** Units of text to encode before there are tables. */
  private unitsBeforeTables: number;
  private borders: PieceBorders | undefined;
  private cache = new SegmentTable(16);
  /** Cached run i has the symbols `cachedSymbols[cachedStarts[i] … cachedStarts[i + 1])`. */
  private cachedStarts = new Int32Array(0);
  private cachedSymbols = new Int32Array(0);

  constructor(vocabulary: Vocabulary) {
    const { pieces, size } = vocabulary;
    this.vocabulary = vocabulary;
    this.segmenter = new BpeSegmenter(vocabulary);
    this.unitsBeforeTables = pieces.starts[size]!;
    for (const id of pieces.ofType(PieceType.userDefined)) this.userDefined.add(pieces.textOf(id), id);
  }

  encode(units: Uint16Array, length: number): number {
    if (length > this.symbols.length) this.symbols = new Int32Array(2 * length);
    this.count = 0;
    if (this.borders === undefined) {
      this.unitsBeforeTables -= length;
      if (this.unitsBeforeTables >= 0) return this.encodeWhole(units, length);
      this.borders = this.makeTables();
    }
    return this.encodeRuns(units, length, this.borders);
  }

  private makeTables(): PieceBorders {
    this.segmenter.makeTable();
    this.cache = new SegmentTable(4096);
    this.cachedStarts = new Int32Array(CACHED_RUNS + 1);
    this.cachedSymbols = new Int32Array(1 << 14);
    return pieceBorders(this.vocabulary);
  }

  /** Cuts the text at user-defined symbols alone. */
  private encodeWhole(units: Uint16Array, length: number): number {
    let from = 0;
    for (let at = 0; at < length && !this.userDefined.isEmpty; at++) {
      const symbol = this.userDefined.longestPrefix(units, at, length);
      if (symbol === ABSENT) continue;
      this.appendSegments(units, from, at);
      this.symbols[this.count++] = symbol;
      at += this.vocabulary.pieces.lengthOf(symbol) - 1;
      from = at + 1;
    }
    this.appendSegments(units, from, length);
    return this.count;
  }

  /** Cuts it wherever no piece reaches across. */
  private encodeRuns(units: Uint16Array, length: number, { classes, cuts }: PieceBorders): number {
    const { pieces } = this.vocabulary;
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
          at += pieces.lengthOf(symbol) - 1;
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

  private appendSegments(units: Uint16Array, from: number, to: number): void {
    if (from === to) return;
    const count = this.segmenter.segment(units, from, to);
    this.symbols.set(this.segmenter.symbols.subarray(0, count), this.count);
    this.count += count;
  }

  /** Appends the symbols of one run. */
  private emit(units: Uint16Array, from: number, to: number, hash: number): void {
    let run = this.cache.find(units, from, to, hash);
    if (run < 0) {
      if (to - from > CACHED_UNITS) {
        this.appendSegments(units, from, to);
        return;
      }
      run = this.remember(units, from, to, hash, this.segmenter.segment(units, from, to));
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
