/** A set of piece ids, a bit each: quick to fill and to unite. */

export class PieceSet {
  private readonly words: Uint32Array;

  /** For ids below `size`. */
  constructor(size: number, ids: Iterable<number> = []) {
    this.words = new Uint32Array(Math.ceil(size / 32));
    for (const id of ids) this.add(id);
  }

  add(id: number): void {
    this.words[id >>> 5]! |= 1 << (id & 31);
  }

  has(id: number): boolean {
    return (this.words[id >>> 5]! & (1 << (id & 31))) !== 0;
  }

  clear(): void {
    this.words.fill(0);
  }

  /** Becomes the other one. */
  copy(other: PieceSet): void {
    this.words.set(other.words);
  }

  addAll(other: PieceSet): void {
    this.addShared(other, other);
  }

  /** Adds the pieces that are in both. */
  addShared(one: PieceSet, other: PieceSet): void {
    const { words } = this;
    for (let i = 0; i < words.length; i++) words[i]! |= one.words[i]! & other.words[i]!;
  }

  /** Whether any piece is in both. */
  shares(other: PieceSet): boolean {
    return this.words.some((word, i) => (word & other.words[i]!) !== 0);
  }

  /** Ascending. */
  ids(): Int32Array {
    const { words } = this;
    let count = 0;
    for (let i = 0; i < words.length; i++) count += bitCount(words[i]!);
    const ids = new Int32Array(count);
    let at = 0;
    for (let i = 0; i < words.length; i++) {
      for (let bits = words[i]!; bits !== 0; bits &= bits - 1) ids[at++] = 32 * i + 31 - Math.clz32(bits & -bits);
    }
    return ids;
  }
}

function bitCount(word: number): number {
  let count = 0;
  for (let bits = word; bits !== 0; bits &= bits - 1) count++;
  return count;
}
