/** Given alignments of a batch, which attention is to follow. */

/**
 * Query q, in the order of the groups (`RowGroups.rows`), is aligned to its group's keys `keys[offsets[q] … offsets[q + 1])`: places
 * in the group, ascending, with equal shares. A query without keys is free.
 */
export interface AttentionGuide {
  /** [query rows + 1] */
  offsets: Int32Array;
  /** [links] */
  keys: Int32Array;
}

/** How many queries have a key. */
export function alignedQueries({ offsets }: AttentionGuide): number {
  let count = 0;
  for (let q = 0; q + 1 < offsets.length; q++) if (offsets[q + 1]! > offsets[q]!) count++;
  return count;
}
