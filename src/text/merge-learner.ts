/**
 * Learns byte-pair merges (Sennrich et al. 2016, algorithm 1): the most frequent pair of adjacent symbols becomes a symbol,
 * again and again. Works on distinct runs with counts, and touches only the places where a merged pair occurs.
 */

/** Runs of symbols with their counts. */
export interface SymbolRuns {
  /** Symbols of all runs, each run with BREAK before and after: [places]. */
  symbols: Int32Array;
  /** How often the run of each place occurs: [places]. */
  counts: Float64Array;
}

/** No symbol: the end of a run, or a character outside the alphabet. */
export const BREAK = -1;

export interface MergeOptions {
  /** Characters; symbol i of the runs is the i-th. */
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

  constructor({ symbols, counts }: SymbolRuns, options: MergeOptions) {
    this.options = options;
    this.symbols = symbols.slice();
    this.counts = counts;
    this.next = new Int32Array(symbols.length);
    this.previous = new Int32Array(symbols.length);
    for (let place = 0; place < symbols.length; place++) {
      this.next[place] = place + 1;
      this.previous[place] = place - 1;
    }
    this.texts = [...options.alphabet];
    this.lengths = this.texts.map(() => 1);
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
    for (let node = pairs.takeOccurrences(pair); node >= 0; node = pairs.nodeNext[node]!) {
      const place = pairs.nodePlace[node]!;
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
    this.pairs.counts[pair]! += this.counts[place]!;
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
    if (pair >= 0) this.pairs.counts[pair]! -= this.counts[place]!;
  }

  private queueGained(): void {
    for (const pair of this.gained) {
      this.pairs.isGained[pair] = 0;
      this.queue.push(pair);
    }
    this.gained = [];
  }
}

/** Pairs of symbols: their counts, and lists of the places where they occur. */
class PairTable {
  size = 0;
  lefts = new Int32Array(1 << 12);
  rights = new Int32Array(1 << 12);
  counts = new Float64Array(1 << 12);
  isGained = new Uint8Array(1 << 12);
  /** Occurrences as linked lists in order of adding; ends of each pair's list, or -1. */
  nodePlace = new Int32Array(1 << 16);
  nodeNext = new Int32Array(1 << 16);
  private heads = new Int32Array(1 << 12);
  private tails = new Int32Array(1 << 12);
  private nodes = 0;
  private slots = new Int32Array(1 << 13);
  private mask = (1 << 13) - 1;

  find(left: number, right: number): number {
    return this.slots[this.slotOf(left, right)]! - 1;
  }

  findOrAdd(left: number, right: number): number {
    const slot = this.slotOf(left, right);
    if (this.slots[slot] !== 0) return this.slots[slot]! - 1;
    if (this.size === this.lefts.length) {
      this.grow();
      return this.findOrAdd(left, right);
    }
    const pair = this.size++;
    this.lefts[pair] = left;
    this.rights[pair] = right;
    this.heads[pair] = -1;
    this.slots[slot] = pair + 1;
    return pair;
  }

  addOccurrence(pair: number, place: number): void {
    const node = this.nodes++;
    if (node === this.nodePlace.length) {
      this.nodePlace = enlarge(this.nodePlace, new Int32Array(2 * node));
      this.nodeNext = enlarge(this.nodeNext, new Int32Array(2 * node));
    }
    this.nodePlace[node] = place;
    this.nodeNext[node] = -1;
    if (this.heads[pair] === -1) this.heads[pair] = node;
    else this.nodeNext[this.tails[pair]!] = node;
    this.tails[pair] = node;
  }

  /** Empties a pair's list and returns its first node, or -1. */
  takeOccurrences(pair: number): number {
    const head = this.heads[pair]!;
    this.heads[pair] = -1;
    return head;
  }

  private slotOf(left: number, right: number): number {
    const { slots, mask, lefts, rights } = this;
    const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const pair = slots[slot]! - 1;
      if (lefts[pair] === left && rights[pair] === right) break;
    }
    return slot;
  }

  private grow(): void {
    const capacity = 2 * this.lefts.length;
    this.lefts = enlarge(this.lefts, new Int32Array(capacity));
    this.rights = enlarge(this.rights, new Int32Array(capacity));
    this.counts = enlarge(this.counts, new Float64Array(capacity));
    this.isGained = enlarge(this.isGained, new Uint8Array(capacity));
    this.heads = enlarge(this.heads, new Int32Array(capacity));
    this.tails = enlarge(this.tails, new Int32Array(capacity));
    this.slots = new Int32Array(2 * capacity);
    this.mask = 2 * capacity - 1;
    for (let pair = 0; pair < this.size; pair++)
      this.slots[this.slotOf(this.lefts[pair]!, this.rights[pair]!)] = pair + 1;
  }
}

/** Pairs by count, largest first; among equals the pair of older, so more frequent, symbols. Counts that fell are put right on the way out. */
class PairQueue {
  private size = 0;
  private heapPairs = new Int32Array(1 << 12);
  private heapCounts = new Float64Array(1 << 12);
  private readonly pairs: PairTable;

  constructor(pairs: PairTable) {
    this.pairs = pairs;
  }

  push(pair: number): void {
    if (this.size === this.heapPairs.length) {
      this.heapPairs = enlarge(this.heapPairs, new Int32Array(2 * this.size));
      this.heapCounts = enlarge(this.heapCounts, new Float64Array(2 * this.size));
    }
    const count = this.pairs.counts[pair]!;
    if (count <= 0) return;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(count, pair, parent)) break;
      this.move(parent, at);
      at = parent;
    }
    this.heapPairs[at] = pair;
    this.heapCounts[at] = count;
  }

  /** The most frequent pair, or -1 when none is left. */
  pop(): number {
    while (this.size > 0) {
      const pair = this.heapPairs[0]!;
      const count = this.heapCounts[0]!;
      this.removeTop();
      if (this.pairs.counts[pair] === count) return pair;
      if (this.pairs.counts[pair]! < count) this.push(pair);
    }
    return -1;
  }

  private removeTop(): void {
    const last = --this.size;
    const pair = this.heapPairs[last]!;
    const count = this.heapCounts[last]!;
    let at = 0;
    for (let child = 1; child < last; child = 2 * at + 1) {
      if (child + 1 < last && this.isBefore(this.heapCounts[child + 1]!, this.heapPairs[child + 1]!, child)) child++;
      if (this.isBefore(count, pair, child)) break;
      this.move(child, at);
      at = child;
    }
    this.heapPairs[at] = pair;
    this.heapCounts[at] = count;
  }

  private move(from: number, to: number): void {
    this.heapPairs[to] = this.heapPairs[from]!;
    this.heapCounts[to] = this.heapCounts[from]!;
  }

  private isBefore(count: number, pair: number, other: number): boolean {
    const otherCount = this.heapCounts[other]!;
    if (count !== otherCount) return count > otherCount;
    const { lefts, rights } = this.pairs;
    const otherPair = this.heapPairs[other]!;
    return lefts[pair] !== lefts[otherPair] ? lefts[pair]! < lefts[otherPair]! : rights[pair]! < rights[otherPair]!;
  }
}

function enlarge<T extends Int32Array | Float64Array | Uint8Array>(old: T, grown: T): T {
  grown.set(old);
  return grown;
}
