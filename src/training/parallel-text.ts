/** The prepared training corpora of a run as one parallel text of piece ids, or as much of it as is asked for. */

import type { EncodedSentences, ParallelText } from "../alignment/parallel-text.ts";
import type { MarkerIds } from "../base/forced-targets.ts";
import { PairReader } from "../data/batches/pair-reader.ts";
import { readPrepared } from "../data/shards/prepared-folder.ts";

/** Positions of a side are numbered in 31 bits. */
const MOST_POSITIONS = 2 ** 31 - 1;

/** What to read. */
export interface TextLimits {
  /** Pairs, at most. */
  most: number;
  /** Leave out the language tags in front of sources. */
  withoutTags?: boolean;
}

/**
 * All pairs, or `most` of them, evenly spread over the corpora; weights and temperature do not count. Fewer where sentences are so long that
 * memory for them could not be addressed. Throws DataError for corpora that are not prepared, or damaged.
 */
export function readParallelText(
  folders: readonly string[],
  { eosId }: MarkerIds,
  { most, withoutTags = false }: TextLimits,
): ParallelText {
  const prepared = folders.map(readPrepared);
  const reader = new PairReader(prepared);
  try {
    const { pairs } = reader;
    const longest = Math.max(...prepared.flatMap(({ longest: { source, target } }) => [source, target]), 0) + 1;
    const count = Math.min(most, pairs, Math.floor(MOST_POSITIONS / longest));
    const taken = Array.from({ length: count }, (_, i) => Math.floor((i * pairs) / count));
    const first = withoutTags ? 1 : 0;
    const source = emptySentences(taken.map((pair) => reader.source(pair) - first));
    const target = emptySentences(taken.map((pair) => reader.target(pair)));
    for (const [n, pair] of taken.entries()) {
      const sentences = reader.pair(pair);
      source.ids.set(sentences.source.subarray(first), source.starts[n]!);
      target.ids.set(sentences.target, target.starts[n]!);
      target.ids[target.starts[n + 1]! - 1] = eosId;
    }
    return { source, target };
  } finally {
    reader.close();
  }
}

/** Room for sentences of these lengths. */
function emptySentences(lengths: readonly number[]): EncodedSentences {
  const starts = new Int32Array(lengths.length + 1);
  for (const [n, length] of lengths.entries()) starts[n + 1] = starts[n]! + length;
  return { ids: new Int32Array(starts[lengths.length]!), starts };
}
