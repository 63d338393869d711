/** Which training text is also held-out text: hashes of its sources, targets and pairs, 30 to 48 bytes of memory a line. */
import { hashPair } from "./pair-hash.ts";
import { SeenPairs } from "./seen-pairs.ts";

/** How much of a training text is in held-out text too. */
export interface Overlap {
  /** Lines of the source side; 0 in a text of one side. */
  sources: number;
  targets: number;
  /** Pairs both of whose sides are a pair there. */
  pairs: number;
}

/** The hashes as plain data, which threads share. */
export interface HeldOutTables {
  sources: Uint32Array[];
  targets: Uint32Array[];
  pairs: Uint32Array[];
}

export class HeldOutHashes {
  private readonly sources: SeenPairs;
  private readonly targets: SeenPairs;
  private readonly pairs: SeenPairs;
  /** A hash. */
  private readonly words = new Uint32Array(2);

  constructor(tables?: HeldOutTables) {
    this.sources = new SeenPairs(tables?.sources);
    this.targets = new SeenPairs(tables?.targets);
    this.pairs = new SeenPairs(tables?.pairs);
  }

  /** Adds lines of held-out text; `source` is absent in a text of one side. Blank ones are passed over. */
  add(source: string | undefined, target: string): void {
    const isSource = source !== undefined && source.trim() !== "";
    const isTarget = target.trim() !== "";
    if (isSource) this.addHash(this.sources, source, "");
    if (isTarget) this.addHash(this.targets, "", target);
    if (isSource && isTarget) this.addHash(this.pairs, source, target);
  }

  /** Counts lines of training text, white space around them left out. */
  count(overlap: Overlap, source: string | undefined, target: string): void {
    const isSource = source !== undefined && this.has(this.sources, source, "");
    const isTarget = this.has(this.targets, "", target);
    if (isSource) overlap.sources++;
    if (isTarget) overlap.targets++;
    if (isSource && isTarget && this.has(this.pairs, source, target)) overlap.pairs++;
  }

  /** The hashes so far, in memory that threads share. */
  toTables(): HeldOutTables {
    return { sources: this.sources.share(), targets: this.targets.share(), pairs: this.pairs.share() };
  }

  private addHash(table: SeenPairs, source: string, target: string): void {
    hashPair(source, target, this.words, 0);
    table.add(this.words[0]!, this.words[1]!);
  }

  private has(table: SeenPairs, source: string, target: string): boolean {
    hashPair(source, target, this.words, 0);
    return table.has(this.words[0]!, this.words[1]!);
  }
}

export function noOverlap(): Overlap {
  return { sources: 0, targets: 0, pairs: 0 };
}

export function addOverlap(sum: Overlap, { sources, targets, pairs }: Overlap): void {
  sum.sources += sources;
  sum.targets += targets;
  sum.pairs += pairs;
}

/** One line for people; undefined where there is nothing to tell. */
export function formatOverlap({ sources, targets, pairs }: Overlap): string | undefined {
  if (sources === 0 && targets === 0) return undefined;
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  const counts = `${counted(sources, "source line")}, ${counted(targets, "target line")} and ${counted(pairs, "pair")}`;
  return `also in validation or test files: ${counts} of what was read; they stay in training`;
}
