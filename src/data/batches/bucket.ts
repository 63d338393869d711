/** Cuts an order of pairs into batches of similar lengths: pairs are sorted within buckets, batches are shuffled within them. */
import type { Random } from "../../base/random.ts";

/** Positions a pair takes in the model. */
export interface PairLengths {
  source(pair: number): number;
  target(pair: number): number;
}

export interface BatchingOptions {
  /**
   * tokens: a batch's source positions and its target positions are each at most `batchSize`, `<s>`, `</s>` and tags
   * counted; there is no padding to count. sentences: a batch has `batchSize` pairs.
   */
  batchType: "tokens" | "sentences";
  batchSize: number;
  /** Pairs that are sorted together. */
  bucketSize: number;
}

/** Pairs in the order of an epoch. */
export interface PairOrder {
  readonly length: number;
  slice(from: number, to: number): Int32Array;
}

/** Batches as lists of pairs. A pair larger than `batchSize` makes a batch of its own. */
export function* cutBatches(
  order: PairOrder,
  lengths: PairLengths,
  options: BatchingOptions,
  random: Random,
): Generator<Int32Array> {
  let kept: Int32Array = new Int32Array(0);
  for (let from = 0; from < order.length; from += options.bucketSize) {
    const bucket = concatenate(kept, order.slice(from, from + options.bucketSize));
    const batches = cutSorted(sortByLength(bucket, lengths), lengths, options);
    kept = new Int32Array(0);
    const last = batches.at(-1)!;
    const isEnd = from + options.bucketSize >= order.length;
    // What is left over waits for the next bucket, so that only the end of an epoch has a small batch.
    if (!isEnd && batches.length > 1 && isSmall(last, lengths, options)) kept = batches.pop()!;
    yield* random.shuffle(batches);
  }
}

/** By target, then source length; equal ones stay in their random order. */
function sortByLength(pairs: Int32Array, lengths: PairLengths): Int32Array {
  const rank = Float64Array.from(pairs, (pair) => lengths.target(pair) * 2 ** 24 + lengths.source(pair));
  const places = Int32Array.from(pairs, (_, i) => i).sort((a, b) => rank[a]! - rank[b]! || a - b);
  return places.map((place) => pairs[place]!);
}

function cutSorted(pairs: Int32Array, lengths: PairLengths, { batchType, batchSize }: BatchingOptions): Int32Array[] {
  const batches: Int32Array[] = [];
  let begin = 0;
  let source = 0;
  let target = 0;
  for (let i = 0; i < pairs.length; i++) {
    source += lengths.source(pairs[i]!);
    target += lengths.target(pairs[i]!);
    const size = batchType === "tokens" ? Math.max(source, target) : i + 1 - begin;
    if (size <= batchSize || i === begin) continue;
    batches.push(pairs.slice(begin, i));
    begin = i;
    source = lengths.source(pairs[i]!);
    target = lengths.target(pairs[i]!);
  }
  batches.push(pairs.slice(begin));
  return batches;
}

function isSmall(batch: Int32Array, lengths: PairLengths, { batchType, batchSize }: BatchingOptions): boolean {
  if (batchType === "sentences") return batch.length < batchSize;
  let source = 0;
  let target = 0;
  for (const pair of batch) {
    source += lengths.source(pair);
    target += lengths.target(pair);
  }
  return 2 * Math.max(source, target) < batchSize;
}

function concatenate(a: Int32Array, b: Int32Array): Int32Array {
  const out = new Int32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
