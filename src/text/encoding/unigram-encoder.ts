/**
 * Encodes by a unigram language model (Kudo 2018, "Subword Regularization"): the segmentation of the highest total
 * log probability, found by Viterbi search. Sums are 32-bit floats and the first of equal paths wins, as in SentencePiece 0.2.2.
 */

import { PieceType } from "../sentencepiece/model-proto.ts";
import type { Vocabulary } from "../sentencepiece/vocabulary.ts";
import { ABSENT } from "../tables/pair-map.ts";
import { PieceTrie, ROOT } from "../tables/piece-trie.ts";
import { HASH_SEED, hashUnit } from "../tables/segment-table.ts";
import type { SymbolEncoder } from "./bpe-encoder.ts";

/** An unknown character costs this much more than the rarest piece. */
const UNKNOWN_PENALTY = 10;
/** Score of a user-defined symbol for each byte of it beyond the first. */
const SYMBOL_BONUS = 0.1;
/** Where there are longer pieces, the prefixes of every place in a text are too many to look up. */
const MOST_LOOKED_UP = 64;

export class UnigramEncoder implements SymbolEncoder {
  symbols = new Int32Array(256);
  private readonly vocabulary: Vocabulary;
  /** Made when the texts have been as long as all pieces together; until then pieces are looked up. */
  private trie: PieceTrie | undefined;
  private unitsBeforeTrie: number;
  /** By id; a user-defined symbol scores above all log probabilities. */
  private readonly scores: Float32Array;
  private readonly unknownScore: number;
  private readonly size: number;
  /** Best path that ends before each unit: its score, where its last piece starts, and that piece. */
  private bestScores = new Float32Array(257);
  private bestStarts = new Int32Array(257);
  private bestSymbols = new Int32Array(257);

  constructor(vocabulary: Vocabulary) {
    const { pieces, size } = vocabulary;
    this.vocabulary = vocabulary;
    this.size = size;
    this.scores = pieces.scores.slice(0, size);
    let lowest = LARGEST_FLOAT;
    for (let id = 0; id < size; id++) {
      if (pieces.types[id] === PieceType.normal) lowest = Math.min(lowest, this.scores[id]!);
    }
    this.unknownScore = Math.fround(lowest - UNKNOWN_PENALTY);
    for (const id of pieces.ofType(PieceType.userDefined)) {
      this.scores[id] = SYMBOL_BONUS * (Buffer.byteLength(pieces.textOf(id)) - 1);
    }
    this.unitsBeforeTrie = vocabulary.longest > MOST_LOOKED_UP ? 0 : pieces.starts[size]!;
  }

  encode(units: Uint16Array, length: number): number {
    if (length > this.symbols.length) this.reserve(2 * length);
    if (this.trie === undefined) {
      this.unitsBeforeTrie -= length;
      if (this.unitsBeforeTrie < 0) this.trie = this.makeTrie();
    }
    const { bestStarts, bestSymbols, symbols } = this;
    bestStarts.fill(ABSENT, 0, length + 1);
    this.bestScores[0] = 0;
    for (let at = 0; at < length; ) at = this.extendFrom(units, at, length);
    let count = 0;
    for (let end = length; end > 0; end = bestStarts[end]!) symbols[count++] = bestSymbols[end]!;
    symbols.subarray(0, count).reverse();
    return count;
  }

  /** Extends the best path to `at` by every piece that begins there; returns where the next character begins. */
  private extendFrom(units: Uint16Array, at: number, length: number): number {
    const codePoint = codePointOf(units, at, length);
    const nextCharacter = at + (codePoint > 0xffff ? 2 : 1);
    const scoreHere = this.bestScores[at]!;
    const { trie } = this;
    const isKnown =
      trie === undefined
        ? this.offerLookedUp(units, at, length, nextCharacter)
        : this.offerAlong(trie, units, at, length, nextCharacter);
    if (!isKnown) this.offer(nextCharacter, Math.fround(this.unknownScore + scoreHere), at, this.size + codePoint);
    return nextCharacter;
  }

  /** Whether a piece ends before `nextCharacter`. */
  private offerAlong(trie: PieceTrie, units: Uint16Array, at: number, length: number, nextCharacter: number): boolean {
    const { scores } = this;
    const scoreHere = this.bestScores[at]!;
    let isKnown = false;
    let node = ROOT;
    for (let i = at; i < length; i++) {
      node = trie.step(node, units[i]!);
      if (node === ABSENT) break;
      const id = trie.valueAt(node);
      if (id === ABSENT) continue;
      this.offer(i + 1, Math.fround(scores[id]! + scoreHere), at, id);
      if (i + 1 === nextCharacter) isKnown = true;
    }
    return isKnown;
  }

  /** The same without a trie. */
  private offerLookedUp(units: Uint16Array, at: number, length: number, nextCharacter: number): boolean {
    const { scores } = this;
    const { segments, longest, pieces } = this.vocabulary;
    const scoreHere = this.bestScores[at]!;
    const last = Math.min(length, at + longest);
    let isKnown = false;
    let hash = HASH_SEED;
    for (let i = at; i < last; i++) {
      hash = hashUnit(hash, units[i]!);
      const id = segments.find(units, at, i + 1, hash);
      if (id === ABSENT || pieces.types[id] === PieceType.unused) continue;
      this.offer(i + 1, Math.fround(scores[id]! + scoreHere), at, id);
      if (i + 1 === nextCharacter) isKnown = true;
    }
    return isKnown;
  }

  private makeTrie(): PieceTrie {
    const { vocabulary, size } = this;
    const trie = new PieceTrie(size);
    for (let id = 0; id < size; id++) {
      if (!vocabulary.isSegment(id) || vocabulary.pieces.types[id] === PieceType.unused) continue;
      trie.add(vocabulary.pieces.textOf(id), id);
    }
    return trie;
  }

  private offer(end: number, score: number, start: number, symbol: number): void {
    if (this.bestStarts[end] !== ABSENT && score <= this.bestScores[end]!) return;
    this.bestScores[end] = score;
    this.bestStarts[end] = start;
    this.bestSymbols[end] = symbol;
  }

  private reserve(length: number): void {
    this.symbols = new Int32Array(length);
    this.bestScores = new Float32Array(length + 1);
    this.bestStarts = new Int32Array(length + 1);
    this.bestSymbols = new Int32Array(length + 1);
  }
}

const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

function codePointOf(units: Uint16Array, at: number, length: number): number {
  const unit = units[at]!;
  const isPair = unit >= 0xd800 && unit < 0xdc00 && at + 1 < length;
  return isPair ? 0x10000 + ((unit - 0xd800) << 10) + (units[at + 1]! - 0xdc00) : unit;
}
