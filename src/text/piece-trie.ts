/** A trie over UTF-16 code units, for longest and all-prefix matches of pieces. Edges live in one open-addressing hash table. */

/** Value of a node where no piece ends, and result of a step that does not exist. */
export const ABSENT = -1;
export const ROOT = 0;

export class PieceTrie {
  private nodes = 1;
  private values: Int32Array;
  private mask: number;
  /** Per slot: source node, code unit, target node (0: free; no edge leads to the root). */
  private sources: Int32Array;
  private labels: Uint16Array;
  private targets: Int32Array;

  /** `expected` nodes fit without growing. */
  constructor(expected = 32) {
    const slots = 2 ** Math.ceil(Math.log2(2 * expected + 2));
    this.values = new Int32Array(slots / 2).fill(ABSENT);
    this.mask = slots - 1;
    this.sources = new Int32Array(slots);
    this.labels = new Uint16Array(slots);
    this.targets = new Int32Array(slots);
  }

  /** Adds a piece; the last value given for it holds. */
  add(piece: string, value: number): void {
    let node = ROOT;
    for (let i = 0; i < piece.length; i++) node = this.stepOrAdd(node, piece.charCodeAt(i));
    this.values[node] = value;
  }

  get isEmpty(): boolean {
    return this.nodes === 1;
  }

  /** The node that a code unit leads to, or ABSENT. */
  step(node: number, unit: number): number {
    const target = this.targets[this.find(node, unit)]!;
    return target === 0 ? ABSENT : target;
  }

  /** Value of the piece that ends at a node, or ABSENT. */
  valueAt(node: number): number {
    return this.values[node]!;
  }

  private stepOrAdd(node: number, unit: number): number {
    const slot = this.find(node, unit);
    if (this.targets[slot] !== 0) return this.targets[slot]!;
    const added = this.nodes++;
    if (added === this.values.length) {
      const grown = new Int32Array(2 * added).fill(ABSENT);
      grown.set(this.values);
      this.values = grown;
    }
    this.sources[slot] = node;
    this.labels[slot] = unit;
    this.targets[slot] = added;
    if (2 * this.nodes > this.mask) this.rehash();
    return added;
  }

  private find(node: number, unit: number): number {
    const { mask, sources, labels, targets } = this;
    let slot = hash(node, unit) & mask;
    while (targets[slot] !== 0 && (sources[slot] !== node || labels[slot] !== unit)) slot = (slot + 1) & mask;
    return slot;
  }

  private rehash(): void {
    const { sources, labels, targets } = this;
    const size = 2 * targets.length;
    this.mask = size - 1;
    this.sources = new Int32Array(size);
    this.labels = new Uint16Array(size);
    this.targets = new Int32Array(size);
    for (let old = 0; old < targets.length; old++) {
      if (targets[old] === 0) continue;
      const slot = this.find(sources[old]!, labels[old]!);
      this.sources[slot] = sources[old]!;
      this.labels[slot] = labels[old]!;
      this.targets[slot] = targets[old]!;
    }
  }
}

function hash(node: number, unit: number): number {
  const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
