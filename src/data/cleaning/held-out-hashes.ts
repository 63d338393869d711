/** Which training text is also held-out text: hashes of the lines of validation and test files, 30 to 48 bytes of memory a line. */
import { comparable } from "./comparable.ts";
import { hashPair } from "./pair-hash.ts";
import { SeenPairs } from "./seen-pairs.ts";

/** How much of a training text is in held-out text too, either side in any file of either side. */
export interface Overlap {
  /** Pairs with such a side; in a text of one side, lines. */
  lines: number;
  /** Pairs whose source is such a line; 0 in a text of one side. */
  sources: number;
  targets: number;
  /** Pairs both of whose sides are a pair there. */
  pairs: number;
  /** Pairs with a side in each file: [files]. */
  files: number[];
}

/** The hashes as plain data, which threads share. */
export interface HeldOutTables {
  /** Lines of all files. */
  lines: Uint32Array[];
  pairs: Uint32Array[];
  /** Each file by itself. */
  files: { path: string; lines: Uint32Array[] }[];
}

/** Texts are compared as comparable.ts says. */
export class HeldOutHashes {
  private readonly lines: SeenPairs;
  private readonly pairs: SeenPairs;
  private readonly files: { path: string; lines: SeenPairs }[];
  /** Hashes of the source and of the target under way. */
  private readonly words = new Uint32Array(4);
  private readonly pairWords = new Uint32Array(2);

  constructor(tables?: HeldOutTables) {
    this.lines = new SeenPairs(tables?.lines);
    this.pairs = new SeenPairs(tables?.pairs);
    this.files = (tables?.files ?? []).map(({ path, lines }) => ({ path, lines: new SeenPairs(lines) }));
  }

  /** Where the lines of a file are to be added; the same place for the same path. */
  file(path: string): number {
    const known = this.files.findIndex((each) => each.path === path);
    return known >= 0 ? known : this.files.push({ path, lines: new SeenPairs() }) - 1;
  }

  /** Adds a line of held-out text. Blank ones are passed over. */
  add(file: number, line: string): void {
    const text = comparable(line);
    if (text === "") return;
    const { words } = this;
    hashPair(text, "", words, 0);
    this.lines.add(words[0]!, words[1]!);
    this.files[file]!.lines.add(words[0]!, words[1]!);
  }

  /** Adds a pair of held-out text, whose lines are added too. */
  addPair(source: string, target: string): void {
    hashPair(comparable(source), comparable(target), this.pairWords, 0);
    this.pairs.add(this.pairWords[0]!, this.pairWords[1]!);
  }

  /** Counts a pair of training text, or a line of one side as a target; whether any of it is held out. */
  count(overlap: Overlap, source: string | undefined, target: string): boolean {
    const [from, into] = [source === undefined ? "" : comparable(source), comparable(target)];
    const isSource = this.has(from, 0);
    const isTarget = this.has(into, 2);
    if (!isSource && !isTarget) return false;
    overlap.lines++;
    if (isSource) overlap.sources++;
    if (isTarget) overlap.targets++;
    if (isSource && isTarget) {
      hashPair(from, into, this.pairWords, 0);
      if (this.pairs.has(this.pairWords[0]!, this.pairWords[1]!)) overlap.pairs++;
    }
    const { words } = this;
    for (const [i, { lines }] of this.files.entries()) {
      const isThere = (isSource && lines.has(words[0]!, words[1]!)) || (isTarget && lines.has(words[2]!, words[3]!));
      if (isThere) overlap.files[i] = (overlap.files[i] ?? 0) + 1;
    }
    return true;
  }

  /** None yet. */
  noOverlap(): Overlap {
    return { lines: 0, sources: 0, targets: 0, pairs: 0, files: this.files.map(() => 0) };
  }

  /** The hashes so far, in memory that threads share. */
  toTables(): HeldOutTables {
    const files = this.files.map(({ path, lines }) => ({ path, lines: lines.share() }));
    return { lines: this.lines.share(), pairs: this.pairs.share(), files };
  }

  /** Whether a comparable text is a line of any file; its hash is left in words[at] and the next. */
  private has(text: string, at: number): boolean {
    if (text === "") return false;
    hashPair(text, "", this.words, at);
    return this.lines.has(this.words[at]!, this.words[at + 1]!);
  }
}

export function addOverlap(sum: Overlap, { lines, sources, targets, pairs, files }: Overlap): void {
  sum.lines += lines;
  sum.sources += sources;
  sum.targets += targets;
  sum.pairs += pairs;
  for (const [i, count] of files.entries()) sum.files[i] = (sum.files[i] ?? 0) + count;
}
