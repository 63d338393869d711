/**
 * Learns byte-pair merges (Sennrich et al. 2016, algorithm 1): the most frequent pair of adjacent symbols becomes a symbol,
 * again and again. Works on distinct runs with counts, and touches only the places where a merged pair occurs.
 */
import { PairQueue } from "./pair-queue.ts";
import { PairTable } from "./pair-table.ts";

/** Runs of symbols with their counts. */
export interface SymbolRuns {
  /** Symbols of all runs, each run with BREAK before and after: [places]. Learning writes over them. */
  symbols: Int32Array;
  /** Which run each place is in: [places]. */
  runs: Int32Array;
  /** How often each run occurs: [runs]. */
  counts: Float64Array;
}

/** No symbol: the end of a run, or a character outside the alphabet. */
export const BREAK = -1;

export interface MergeOptions {
  /** Characters, or longer pieces that runs are cut into; symbol i of the runs is the i-th. */
  alphabet: readonly string[];
  /** How many pieces to learn at most. */
  pieces: number;
  /** Longest piece in characters. */
  maxLength: number;
  /** Texts that must not become pieces. */
  reserved: ReadonlySet<string>;
}

/** The learned pieces in order of merging. Fewer than asked for when no pairs are left. Does not depend on the order of runs. */
export function learnMerges(runs: SymbolRuns, options: MergeOptions): string[] {
  return new MergeLearner(runs, options).learn();
}

class MergeLearner {
  private readonly symbols: Int32Array;
  private readonly runs: Int32Array;
  private readonly counts: Float64Array;
  /** Places left and right of each place, over those that merging emptied. */
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly texts: string[];
  private readonly lengths: number[];
  private readonly symbolOf: Map<string, number>;
  private readonly pairs = new PairTable();
  private readonly queue: PairQueue;
  /** Pairs that gained occurrences in the merge under way. */
  private gained: number[] = [];
  private readonly options: MergeOptions;

  constructor({ symbols, runs, counts }: SymbolRuns, options: MergeOptions) {
    this.options = options;
    this.symbols = symbols;
    this.runs = runs;
    this.counts = counts;
    this.next = new Int32Array(symbols.length);
    this.previous = new Int32Array(symbols.length);
    for (let place = 0; place < symbols.length; place++) {
      this.next[place] = place + 1;
      this.previous[place] = place - 1;
    }
    this.texts = [...options.alphabet];
    this.lengths = this.texts.map((text) => [...text].length);
    this.symbolOf = new Map(this.texts.map((text, symbol) => [text, symbol]));
    this.queue = new PairQueue(this.pairs);
  }

  learn(): string[] {
    const { symbols, pairs, queue } = this;
    for (let place = 0; place + 1 < symbols.length; place++) this.gain(place, place + 1);
    this.queueGained();
    const pieces: string[] = [];
    while (pieces.length < this.options.pieces) {
      const pair = queue.pop();
      if (pair < 0) break;
      const text = this.texts[pairs.lefts[pair]!]! + this.texts[pairs.rights[pair]!]!;
      if (this.options.reserved.has(text)) {
        pairs.counts[pair] = 0;
        continue;
      }
      let merged = this.symbolOf.get(text);
      if (merged === undefined) {
        merged = this.newSymbol(text, this.lengths[pairs.lefts[pair]!]! + this.lengths[pairs.rights[pair]!]!);
        pieces.push(text);
      }
      this.mergeAll(pair, merged);
      this.queueGained();
    }
    return pieces;
  }

  private newSymbol(text: string, length: number): number {
    const symbol = this.texts.length;
    this.texts.push(text);
    this.lengths.push(length);
    this.symbolOf.set(text, symbol);
    return symbol;
  }

  /** Replaces every occurrence of a pair by one symbol, left to right. */
  private mergeAll(pair: number, merged: number): void {
    const { symbols, next, previous, pairs } = this;
    const left = pairs.lefts[pair]!;
    const right = pairs.rights[pair]!;
    for (let node = pairs.takeOccurrences(pair); node >= 0; ) {
      const place = pairs.nodePlace[node]!;
      node = pairs.release(node);
      const after = next[place]!;
      // An occurrence that an earlier merge has used up.
      if (symbols[place] !== left || symbols[after] !== right) continue;
      const before = previous[place]!;
      const beyond = next[after]!;
      this.lose(before, place);
      this.lose(after, beyond);
      symbols[place] = merged;
      symbols[after] = BREAK;
      next[place] = beyond;
      previous[beyond] = place;
      this.gain(before, place);
      this.gain(place, beyond);
    }
    pairs.counts[pair] = 0;
  }

  private gain(place: number, after: number): void {
    const left = this.symbols[place]!;
    const right = this.symbols[after]!;
    if (left === BREAK || right === BREAK) return;
    if (this.lengths[left]! + this.lengths[right]! > this.options.maxLength) return;
    const pair = this.pairs.findOrAdd(left, right);
    this.pairs.counts[pair]! += this.counts[this.runs[place]!]!;
    this.pairs.addOccurrence(pair, place);
    if (this.pairs.isGained[pair] === 0) {
      this.pairs.isGained[pair] = 1;
      this.gained.push(pair);
    }
  }

  private lose(place: number, after: number): void {
    const left = this.symbols[place]!;
    const right = this.symbols[after]!;
    if (left === BREAK || right === BREAK) return;
    const pair = this.pairs.find(left, right);
    if (pair >= 0) this.pairs.counts[pair]! -= this.counts[this.runs[place]!]!;
  }

  private queueGained(): void {
    for (const pair of this.gained) {
      this.pairs.isGained[pair] = 0;
      this.queue.push(pair);
    }
    this.gained = [];
  }
}
