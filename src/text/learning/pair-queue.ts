/** Pairs by count, largest first; among equals the pair of older, so more frequent, symbols. Counts that fell are put right on the way out. */
import { enlarge } from "../tables/enlarge.ts";
import type { PairTable } from "./pair-table.ts";

export class PairQueue {
  private size = 0;
  private heapPairs = new Int32Array(1 << 12);
  private heapCounts = new Float64Array(1 << 12);
  private readonly pairs: PairTable;

  constructor(pairs: PairTable) {
    this.pairs = pairs;
  }

  push(pair: number): void {
    if (this.size === this.heapPairs.length) {
      this.heapPairs = enlarge(this.heapPairs, new Int32Array(2 * this.size));
      this.heapCounts = enlarge(this.heapCounts, new Float64Array(2 * this.size));
    }
    const count = this.pairs.counts[pair]!;
    if (count <= 0) return;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(count, pair, parent)) break;
      this.move(parent, at);
      at = parent;
    }
    this.heapPairs[at] = pair;
    this.heapCounts[at] = count;
  }

  /** The most frequent pair, or -1 when none is left. */
  pop(): number {
    while (this.size > 0) {
      const pair = this.heapPairs[0]!;
      const count = this.heapCounts[0]!;
      this.removeTop();
      if (this.pairs.counts[pair] === count) return pair;
      if (this.pairs.counts[pair]! < count) this.push(pair);
    }
    return -1;
  }

  private removeTop(): void {
    const last = --this.size;
    const pair = this.heapPairs[last]!;
    const count = this.heapCounts[last]!;
    let at = 0;
    for (let child = 1; child < last; child = 2 * at + 1) {
      if (child + 1 < last && this.isBefore(this.heapCounts[child + 1]!, this.heapPairs[child + 1]!, child)) child++;
      if (this.isBefore(count, pair, child)) break;
      this.move(child, at);
      at = child;
    }
    this.heapPairs[at] = pair;
    this.heapCounts[at] = count;
  }

  private move(from: number, to: number): void {
    this.heapPairs[to] = this.heapPairs[from]!;
    this.heapCounts[to] = this.heapCounts[from]!;
  }

  private isBefore(count: number, pair: number, other: number): boolean {
    const otherCount = this.heapCounts[other]!;
    if (count !== otherCount) return count > otherCount;
    const { lefts, rights } = this.pairs;
    const otherPair = this.heapPairs[other]!;
    return lefts[pair] !== lefts[otherPair] ? lefts[pair]! < lefts[otherPair]! : rights[pair]! < rights[otherPair]!;
  }
}
