/**
 * Packed batches: the positions of several sentences without padding, time-major, longest sentence first.
 * Row `timeOffset(t) + rank` is token t of the sentence of that rank; sentences that have ended take no rows.
 */

/** `batchSizes[t]` sentences have a token t; never increasing. Ranks count the sentences, longest first. */
export interface PackedLayout {
  /** [time] */
  batchSizes: Int32Array;
}

/** Ranks sentences by length, longest first, equal lengths in their given order. */
export function rankByLength(lengths: ArrayLike<number>): Int32Array {
  const order = Int32Array.from({ length: lengths.length }, (_, i) => i);
  return order.sort((a, b) => lengths[b]! - lengths[a]! || a - b);
}

/** The layout of sentences whose lengths are already ranked, longest first. */
export function packedLayout(rankedLengths: ArrayLike<number>): PackedLayout {
  const time = rankedLengths.length === 0 ? 0 : rankedLengths[0]!;
  const batchSizes = new Int32Array(time);
  for (let rank = 0; rank < rankedLengths.length; rank++) {
    for (let t = 0; t < rankedLengths[rank]!; t++) batchSizes[t]!++;
  }
  return { batchSizes };
}

/** First row of each time step, and the total number of rows at the end: [time + 1]. */
export function timeOffsets({ batchSizes }: PackedLayout): Int32Array {
  const offsets = new Int32Array(batchSizes.length + 1);
  for (let t = 0; t < batchSizes.length; t++) offsets[t + 1] = offsets[t]! + batchSizes[t]!;
  return offsets;
}

/** Length of each ranked sentence: [sentences]. */
export function sentenceLengths({ batchSizes }: PackedLayout): Int32Array {
  const lengths = new Int32Array(batchSizes.length === 0 ? 0 : batchSizes[0]!);
  for (const size of batchSizes) for (let rank = 0; rank < size; rank++) lengths[rank]!++;
  return lengths;
}

/** Groups of rows, as compressed rows: group g is `rows[offsets[g] … offsets[g + 1])`. */
export interface RowGroups {
  /** [rows] */
  rows: Int32Array;
  /** [groups + 1] */
  offsets: Int32Array;
}

/** The rows of each sentence, in time order; `rankOfGroup[g]` is the rank of group g's sentence (default: g itself). */
export function sentenceRows(layout: PackedLayout, rankOfGroup?: Int32Array): RowGroups {
  const starts = timeOffsets(layout);
  const lengths = sentenceLengths(layout);
  const groups = rankOfGroup?.length ?? lengths.length;
  const offsets = new Int32Array(groups + 1);
  const rows = new Int32Array(starts[starts.length - 1]!);
  for (let g = 0, at = 0; g < groups; g++) {
    const rank = rankOfGroup === undefined ? g : rankOfGroup[g]!;
    for (let t = 0; t < lengths[rank]!; t++) rows[at++] = starts[t]! + rank;
    offsets[g + 1] = at;
  }
  return { rows, offsets };
}
