/** Pairs of symbols while merges are learned: their counts, and lists of the places where they occur. */
import { enlarge } from "../tables/enlarge.ts";
import { PairMap } from "../tables/pair-map.ts";

export class PairTable {
  size = 0;
  lefts = new Int32Array(1 << 12);
  rights = new Int32Array(1 << 12);
  counts = new Float64Array(1 << 12);
  isGained = new Uint8Array(1 << 12);
  /** Occurrences as linked lists in order of adding; ends of each pair's list, or -1. */
  nodePlace = new Int32Array(1 << 16);
  nodeNext = new Int32Array(1 << 16);
  private heads = new Int32Array(1 << 12);
  private tails = new Int32Array(1 << 12);
  private nodes = 0;
  /** Nodes that may be used again, linked. */
  private free = -1;
  private readonly numbers = new PairMap(1 << 12);

  /** Number of a pair, or -1. */
  find(left: number, right: number): number {
    return this.numbers.get(left, right);
  }

  findOrAdd(left: number, right: number): number {
    const known = this.numbers.get(left, right);
    if (known >= 0) return known;
    if (this.size === this.lefts.length) this.grow();
    const pair = this.size++;
    this.lefts[pair] = left;
    this.rights[pair] = right;
    this.heads[pair] = -1;
    this.numbers.set(left, right, pair);
    return pair;
  }

  addOccurrence(pair: number, place: number): void {
    const node = this.newNode();
    this.nodePlace[node] = place;
    this.nodeNext[node] = -1;
    if (this.heads[pair] === -1) this.heads[pair] = node;
    else this.nodeNext[this.tails[pair]!] = node;
    this.tails[pair] = node;
  }

  /** Empties a pair's list and returns its first node, or -1. */
  takeOccurrences(pair: number): number {
    const head = this.heads[pair]!;
    this.heads[pair] = -1;
    return head;
  }

  /** Gives a node of a taken list back, and returns the next one, or -1. */
  release(node: number): number {
    const next = this.nodeNext[node]!;
    this.nodeNext[node] = this.free;
    this.free = node;
    return next;
  }

  private newNode(): number {
    const freed = this.free;
    if (freed >= 0) {
      this.free = this.nodeNext[freed]!;
      return freed;
    }
    const node = this.nodes++;
    if (node === this.nodePlace.length) {
      const length = Math.ceil(1.5 * node);
      this.nodePlace = enlarge(this.nodePlace, new Int32Array(length));
      this.nodeNext = enlarge(this.nodeNext, new Int32Array(length));
    }
    return node;
  }

  private grow(): void {
    const capacity = 2 * this.lefts.length;
    this.lefts = enlarge(this.lefts, new Int32Array(capacity));
    this.rights = enlarge(this.rights, new Int32Array(capacity));
    this.counts = enlarge(this.counts, new Float64Array(capacity));
    this.isGained = enlarge(this.isGained, new Uint8Array(capacity));
    this.heads = enlarge(this.heads, new Int32Array(capacity));
    this.tails = enlarge(this.tails, new Int32Array(capacity));
  }
}
