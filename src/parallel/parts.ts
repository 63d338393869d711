/** How things are cut among ranks: into parts of nearly equal length, the longer ones first. */

/** Some of many things that lie one after the other. */
export interface Part {
  /** The first. */
  begin: number;
  length: number;
}

/** A rank's part of `of` things. */
export interface PartOf extends Part {
  of: number;
}

/** The part of rank `rank` of `size`, of `count` things. */
export function partOf(count: number, rank: number, size: number): Part {
  const least = Math.floor(count / size);
  const longer = count % size;
  return { begin: rank * least + Math.min(rank, longer), length: least + (rank < longer ? 1 : 0) };
}
