/** Draws the pairs of an epoch from several corpora by weight and temperature. Nothing is kept between epochs. */

import { shuffleStream } from "../../base/random-streams.ts";
import { Permutation } from "./permutation.ts";

export interface MixedCorpus {
  pairs: number;
  /** How often its pairs are drawn, relative to other corpora's pairs. */
  weight: number;
  /** Language pair, "en-de": the temperature acts on language pairs, and weights within them. */
  languages: string;
}

/**
 * Pairs each corpus contributes to an epoch, which has as many pairs as all corpora together. A language pair is drawn
 * by s^(1/T), where s is the sum of weight × pairs over its corpora, and a corpus within it by weight × pairs. So with
 * weights 1 and temperature 1 every pair comes once an epoch.
 */
export function epochQuotas(corpora: readonly MixedCorpus[], temperature: number): number[] {
  const sizes = corpora.map(({ pairs, weight }) => pairs * weight);
  const byLanguages = new Map<string, number>();
  corpora.forEach(({ languages }, i) => {
    byLanguages.set(languages, (byLanguages.get(languages) ?? 0) + sizes[i]!);
  });
  const shares = corpora.map(({ languages }, i) => {
    const size = byLanguages.get(languages)!;
    return size ** (1 / temperature) * (sizes[i]! / size);
  });
  return apportion(
    corpora.reduce((sum, { pairs }) => sum + pairs, 0),
    shares,
  );
}

/** Whole numbers in proportion to the shares that add up to `total`: largest remainders are rounded up. */
function apportion(total: number, shares: readonly number[]): number[] {
  const sum = shares.reduce((a, b) => a + b, 0);
  const exact = shares.map((share) => (total * share) / sum);
  const whole = exact.map(Math.floor);
  const missing = total - whole.reduce((a, b) => a + b, 0);
  const byRemainder = exact.map((value, i) => [value - whole[i]!, i] as const).sort(([a, i], [b, j]) => b - a || i - j);
  for (const [, i] of byRemainder.slice(0, missing)) whole[i]!++;
  return whole;
}

/**
 * The pairs of an epoch in random order: numbers that count through the corpora one after the other. Each corpus is passed
 * through again and again, in another order each time; an epoch goes on where the last one ended. Takes no memory for pairs.
 */
export class EpochOrder {
  readonly length: number;
  private readonly order: Permutation;
  /** Each corpus's share of the epoch, one after the other. */
  private readonly parts: CorpusPart[] = [];

  constructor(corpora: readonly MixedCorpus[], temperature: number, seed: number, epoch: number) {
    let before = 0;
    let firstPair = 0;
    for (const [corpus, quota] of epochQuotas(corpora, temperature).entries()) {
      const { pairs } = corpora[corpus]!;
      this.parts.push(new CorpusPart({ before, firstPair, from: epoch * quota, quota, pairs, seed, corpus }));
      before += quota;
      firstPair += pairs;
    }
    this.length = before;
    this.order = new Permutation(before, { seed, stream: shuffleStream("epoch", epoch) });
  }

  /** The pairs at places [from, to). */
  slice(from: number, to: number): Int32Array {
    return Int32Array.from({ length: Math.min(to, this.length) - from }, (_, i) => this.at(from + i));
  }

  private at(place: number): number {
    const drawn = this.order.at(place);
    return this.parts.findLast(({ before }) => before <= drawn)!.pair(drawn);
  }
}

interface PartOptions {
  /** Draws of the corpora before. */
  before: number;
  /** Number of the corpus's first pair. */
  firstPair: number;
  /** Draws from the corpus in earlier epochs, and in this one. */
  from: number;
  quota: number;
  pairs: number;
  seed: number;
  corpus: number;
}

class CorpusPart {
  readonly before: number;
  private readonly options: PartOptions;
  /** Orders of the passes that the epoch touches. */
  private readonly passes: Permutation[] = [];
  private readonly firstPass: number;

  constructor(options: PartOptions) {
    const { before, from, quota, pairs, seed, corpus } = options;
    this.before = before;
    this.options = options;
    this.firstPass = Math.floor(from / pairs);
    for (let pass = this.firstPass; pass * pairs < from + quota; pass++) {
      this.passes.push(new Permutation(pairs, { seed, stream: shuffleStream(corpus, pass) }));
    }
  }

  /** The pair of the epoch's draw number. */
  pair(drawn: number): number {
    const { before, firstPair, from, pairs } = this.options;
    const at = from + drawn - before;
    const pass = Math.floor(at / pairs);
    return firstPair + this.passes[pass - this.firstPass]!.at(at - pass * pairs);
  }
}
