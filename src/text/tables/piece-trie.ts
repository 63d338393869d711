/** A trie over UTF-16 code units, for longest and all-prefix matches of pieces. */
import { ABSENT, PairMap } from "./pair-map.ts";

export const ROOT = 0;

export class PieceTrie {
  private nodes = 1;
  /** Value of the piece that ends at each node, or ABSENT. */
  private values: Int32Array;
  /** Node and code unit to node. */
  private readonly edges: PairMap;

  /** `expected` nodes fit without growing. */
  constructor(expected = 32) {
    this.values = new Int32Array(expected + 1).fill(ABSENT);
    this.edges = new PairMap(expected);
  }

  /** Adds a piece; the last value given for it holds. */
  add(piece: string, value: number): void {
    let node = ROOT;
    for (let i = 0; i < piece.length; i++) {
      const unit = piece.charCodeAt(i);
      const known = this.edges.get(node, unit);
      node = known === ABSENT ? this.addNode(node, unit) : known;
    }
    this.values[node] = value;
  }

  get isEmpty(): boolean {
    return this.nodes === 1;
  }

  /** The node that a code unit leads to, or ABSENT. */
  step(node: number, unit: number): number {
    return this.edges.get(node, unit);
  }

  /** Value of the piece that ends at a node, or ABSENT. */
  valueAt(node: number): number {
    return this.values[node]!;
  }

  /** Value of the longest piece that units [from, to) begin with, or ABSENT. */
  longestPrefix(units: Uint16Array, from: number, to: number): number {
    let longest = ABSENT;
    let node = ROOT;
    for (let i = from; i < to; i++) {
      node = this.edges.get(node, units[i]!);
      if (node === ABSENT) break;
      if (this.values[node] !== ABSENT) longest = this.values[node]!;
    }
    return longest;
  }

  private addNode(parent: number, unit: number): number {
    const node = this.nodes++;
    if (node === this.values.length) {
      const grown = new Int32Array(2 * node).fill(ABSENT);
      grown.set(this.values);
      this.values = grown;
    }
    this.edges.set(parent, unit, node);
    return node;
  }
}
