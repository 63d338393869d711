/**
 * Encodes by a unigram language model (Kudo 2018, "Subword Regularization"): the segmentation of the highest total
 * log probability, found by Viterbi search. Sums are 32-bit floats and the first of equal paths wins, as in SentencePiece 0.2.2.
 */

import { PieceType } from "../sentencepiece/model-proto.ts";
import type { Vocabulary } from "../sentencepiece/vocabulary.ts";
import { ABSENT } from "../tables/pair-map.ts";
import { PieceTrie, ROOT } from "../tables/piece-trie.ts";
import type { SymbolEncoder } from "./bpe-encoder.ts";

/** An unknown character costs this much more than the rarest piece. */
const UNKNOWN_PENALTY = 10;
/** Score of a user-defined symbol for each byte of it beyond the first. */
const SYMBOL_BONUS = 0.1;

export class UnigramEncoder implements SymbolEncoder {
  symbols = new Int32Array(256);
  private readonly trie = new PieceTrie();
  /** By id; a user-defined symbol scores above all log probabilities. */
  private readonly scores: Float32Array;
  private readonly unknownScore: number;
  private readonly size: number;
  /** Best path that ends before each unit: its score, where its last piece starts, and that piece. */
  private bestScores = new Float32Array(257);
  private bestStarts = new Int32Array(257);
  private bestSymbols = new Int32Array(257);

  constructor(vocabulary: Vocabulary) {
    const { pieces } = vocabulary;
    const normalScores = pieces.filter(({ type }) => type === PieceType.normal).map(({ score }) => score);
    this.unknownScore = Math.fround(normalScores.reduce((a, b) => Math.min(a, b), LARGEST_FLOAT) - UNKNOWN_PENALTY);
    this.size = vocabulary.size;
    this.scores = Float32Array.from(pieces, ({ text, score, type }) =>
      type === PieceType.userDefined ? SYMBOL_BONUS * (Buffer.byteLength(text) - 1) : score,
    );
    for (const [text, id] of vocabulary.segmentIds) {
      if (pieces[id]!.type !== PieceType.unused) this.trie.add(text, id);
    }
  }

  encode(units: Uint16Array, length: number): number {
    if (length > this.symbols.length) this.reserve(2 * length);
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
    const { trie, scores, bestScores } = this;
    const codePoint = codePointOf(units, at, length);
    const nextCharacter = at + (codePoint > 0xffff ? 2 : 1);
    const scoreHere = bestScores[at]!;
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
    if (!isKnown) this.offer(nextCharacter, Math.fround(this.unknownScore + scoreHere), at, this.size + codePoint);
    return nextCharacter;
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
