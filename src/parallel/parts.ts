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

/** One thing for each rank, as far as there are so many. */
export function oneEach<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: size }, (_, rank) => items.slice(rank, rank + 1));
}

/** Cuts things that lie one after the other into parts, one a rank, of nearly equal weight. */
export function partsByWeight<Item>(items: readonly Item[], size: number, weigh: (item: Item) => number): Item[][] {
  const total = items.reduce((sum, item) => sum + weigh(item), 0);
  const parts = Array.from({ length: size }, (): Item[] => []);
  let before = 0;
  for (const item of items) {
    const weight = weigh(item);
    // The part in which its middle lies.
    parts[Math.min(size - 1, Math.floor((size * (before + weight / 2)) / total))]!.push(item);
    before += weight;
  }
  return parts;
}
