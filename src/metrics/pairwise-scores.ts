/** Scores of many texts against each other, what minimum Bayes risk decoding is made of, and the n-grams that each two of them share. */
import { SegmentNgrams } from "./segment-ngrams.ts";

/** Scores of each text as a hypothesis, with each text as its one reference. */
export interface PairwiseScores {
  /** Writes those of a text against each, itself among them, in percent: `out` is [texts]. */
  scoresOf(hypothesis: number, out: Float64Array): void;
}

/** A metric of sentences that compares many texts faster than one pair after another. */
export interface PairwiseMetric {
  /** The same numbers as `sentenceScore` of every pair. */
  pairwise(texts: readonly string[]): PairwiseScores;
}

/**
 * Counts the n-grams, of the orders 1 … `orders`, that each two of many sequences share. Each sequence's n-grams are numbered and counted
 * once; those of one sequence alone are left out, since no other can share them.
 */
export class SharedNgrams {
  /** How many sequences there are. */
  readonly sequences: number;
  private readonly orders: number;
  private readonly lengths: Int32Array;
  /** Sequence s's n-grams of order n are entries `starts[s · orders + n − 1] …` of the two lists. */
  private readonly starts: Int32Array;
  /** [entries] an n-gram that another sequence has too; those of different orders have different numbers */
  private readonly numbers: Int32Array;
  /** [entries] how often the sequence has it */
  private readonly counts: Int32Array;
  /** [n-grams] counts of one sequence; zeros between calls */
  private readonly own: Int32Array;
  private readonly shared: Int32Array;

  constructor(sequences: readonly ArrayLike<number>[], orders: number) {
    this.sequences = sequences.length;
    this.orders = orders;
    this.lengths = Int32Array.from(sequences, ({ length }) => length);
    this.starts = new Int32Array(sequences.length * orders + 1);
    this.shared = new Int32Array(sequences.length * orders);
    const { entries, distinct } = numberNgrams(sequences, orders);
    this.own = new Int32Array(distinct);
    const holders = new Int32Array(distinct);
    for (const list of entries) for (let i = 0; i < list.length; i += 2) holders[list[i]!]!++;
    const kept = entries.map((list) => list.filter((_, i) => holders[list[i - (i % 2)]!]! > 1));
    kept.forEach((list, at) => {
      this.starts[at + 1] = this.starts[at]! + list.length / 2;
    });
    this.numbers = new Int32Array(this.starts.at(-1)!);
    this.counts = new Int32Array(this.numbers.length);
    kept.forEach((list, at) => {
      for (let i = 0, entry = this.starts[at]!; i < list.length; i += 2, entry++) {
        this.numbers[entry] = list[i]!;
        this.counts[entry] = list[i + 1]!;
      }
    });
  }

  /** How many n-grams of an order a sequence has. */
  total(sequence: number, order: number): number {
    return Math.max(0, this.lengths[sequence]! - order + 1);
  }

  /** Σ min(count, count) of a sequence with each: [sequences, orders], overwritten by the next call. */
  sharedWith(sequence: number): Int32Array {
    const { orders, starts, numbers, counts, own, shared } = this;
    const from = starts[sequence * orders]!;
    const to = starts[(sequence + 1) * orders]!;
    for (let entry = from; entry < to; entry++) own[numbers[entry]!] = counts[entry]!;
    for (let at = 0; at < shared.length; at++) {
      let sum = 0;
      for (let entry = starts[at]!; entry < starts[at + 1]!; entry++) {
        sum += Math.min(own[numbers[entry]!]!, counts[entry]!);
      }
      shared[at] = sum;
    }
    for (let entry = from; entry < to; entry++) own[numbers[entry]!] = 0;
    for (let n = 1; n <= orders; n++) shared[sequence * orders + n - 1] = this.total(sequence, n);
    return shared;
  }
}

/** Lists of (number, count, number, count …), [sequences · orders], and how many numbers there are. */
function numberNgrams(sequences: readonly ArrayLike<number>[], orders: number) {
  const ngrams = new SegmentNgrams();
  const entries = new Array<Int32Array>(sequences.length * orders);
  let distinct = 0;
  ngrams.load(sequences[0] ?? [], sequences.slice(1));
  for (let n = 0; n < orders; n++) {
    ngrams.nextOrder();
    const counts = new Int32Array(ngrams.distinct);
    for (let s = 0; s < sequences.length; s++) {
      const present = ngrams.numbersOf(s);
      for (const number of present) counts[number]!++;
      const list = new Int32Array(2 * present.length);
      let length = 0;
      for (const number of present) {
        if (counts[number] === 0) continue;
        list[length++] = distinct + number;
        list[length++] = counts[number]!;
        counts[number] = 0;
      }
      entries[s * orders + n] = list.subarray(0, length);
    }
    distinct += ngrams.distinct;
  }
  return { entries, distinct };
}
