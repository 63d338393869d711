/** Sentences as lexicons take them, and random parallel text. */

import type { EncodedSentences, ParallelText } from "../../src/alignment/parallel-text.ts";
import { Random } from "../../src/base/random.ts";

/** `</s>` of these tests. */
export const EOS = 3;

/** Each sentence gets `</s>`. */
export function encoded(sentences: readonly (readonly number[])[]): EncodedSentences {
  const starts = [0];
  for (const sentence of sentences) starts.push(starts.at(-1)! + sentence.length + 1);
  return { ids: Int32Array.from(sentences.flatMap((sentence) => [...sentence, EOS])), starts: Int32Array.from(starts) };
}

/**
 * Pairs in which piece s from 4 on is mostly translated by the piece as far from the vocabulary's end, in any order, and sometimes by another;
 * small numbers are frequent.
 */
export function randomText(pairs: number, pieces: number, seed: number): ParallelText {
  const random = new Random(seed);
  const piece = () => 4 + Math.floor((pieces - 4) * random.uniform() ** 2);
  const sources: number[][] = [];
  const targets: number[][] = [];
  for (let n = 0; n < pairs; n++) {
    const source = Array.from({ length: 1 + random.integer(8) }, piece);
    sources.push(source);
    targets.push(source.map((s) => (random.integer(10) === 0 ? piece() : pieces + 3 - s)).reverse());
  }
  return { source: encoded(sources), target: encoded(targets) };
}

/** The sentences so many times over. */
export function repeated({ ids, starts }: EncodedSentences, times: number): EncodedSentences {
  const counts = Array.from({ length: times }, (_, i) => i);
  return {
    ids: Int32Array.from(counts.flatMap(() => [...ids])),
    starts: Int32Array.from([0, ...counts.flatMap((i) => [...starts.subarray(1)].map((at) => i * ids.length + at))]),
  };
}
