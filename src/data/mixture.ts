/** Draws the pairs of an epoch from several corpora by weight and temperature. Nothing is kept between epochs. */
import { Random } from "../base/random.ts";
import { shuffleStream } from "./streams.ts";

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
 * The pairs of an epoch in random order: [all pairs] numbers that count through the corpora one after the other. Each
 * corpus is passed through again and again, in another order each time; an epoch goes on where the last one ended.
 */
export function drawEpoch(
  corpora: readonly MixedCorpus[],
  temperature: number,
  seed: number,
  epoch: number,
): Int32Array {
  const quotas = epochQuotas(corpora, temperature);
  const drawn = new Int32Array(quotas.reduce((a, b) => a + b, 0));
  let at = 0;
  let first = 0;
  corpora.forEach(({ pairs }, corpus) => {
    const quota = quotas[corpus]!;
    for (let from = epoch * quota; from < (epoch + 1) * quota; ) {
      const pass = Math.floor(from / pairs);
      const begin = from - pass * pairs;
      const count = Math.min(pairs - begin, (epoch + 1) * quota - from);
      const order = passOrder(pairs, seed, corpus, pass);
      for (let i = 0; i < count; i++) drawn[at++] = first + order[begin + i]!;
      from += count;
    }
    first += pairs;
  });
  return new Random(seed, shuffleStream("epoch", epoch)).shuffle(drawn);
}

function passOrder(pairs: number, seed: number, corpus: number, pass: number): Int32Array {
  const order = Int32Array.from({ length: pairs }, (_, i) => i);
  return new Random(seed, shuffleStream(corpus, pass)).shuffle(order);
}
