/** Finds pieces by their text: an open-addressing hash table over the units of a piece table, no strings. */
import { enlarge } from "../tables/enlarge.ts";
import { ABSENT } from "../tables/pair-map.ts";
import { HASH_SEED, hashUnit, spread } from "../tables/segment-table.ts";
import { highSurrogate, lastUnit, type PieceTable } from "./piece-table.ts";

/** A few pieces of a table; each text is there once. */
export class PieceIndex {
  private readonly table: PieceTable;
  /** An id plus one; 0 marks a free slot. */
  private readonly slots: Int32Array;
  private readonly mask: number;
  /** The text that is being looked for, and its length. */
  private spelt = new Uint16Array(64);
  private length = 0;

  /** Room for `most` pieces. */
  constructor(table: PieceTable, most: number) {
    this.table = table;
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * most + 2)));
    this.mask = this.slots.length - 1;
  }

  /** Adds a piece; false where its text is there already. */
  add(id: number): boolean {
    const { slots, mask, table } = this;
    const { units, starts, hashes } = table;
    const hash = hashes[id]!;
    let slot = spread(hash) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const other = slots[slot]! - 1;
      if (hashes[other] === hash && this.hasText(other, units, starts[id]!, starts[id + 1]!)) return false;
    }
    slots[slot] = id + 1;
    return true;
  }

  /** The piece with the text units[from … to), whose running hash is given, or ABSENT. */
  find(units: Uint16Array, from: number, to: number, hash: number): number {
    const { slots, mask } = this;
    const { hashes } = this.table;
    for (let slot = spread(hash) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const id = slots[slot]! - 1;
      if (hashes[id] === hash && this.hasText(id, units, from, to)) return id;
    }
    return ABSENT;
  }

  /** The piece with a text, or ABSENT. */
  findText(text: string): number {
    const units = new Uint16Array(text.length);
    let hash = HASH_SEED;
    for (let i = 0; i < text.length; i++) {
      units[i] = text.charCodeAt(i);
      hash = hashUnit(hash, units[i]!);
    }
    return this.find(units, 0, units.length, hash);
  }

  /** The piece that is one character, or ABSENT. */
  findCharacter(codePoint: number): number {
    this.length = 0;
    const hash = this.spell(this.table.size + codePoint, HASH_SEED);
    return this.find(this.spelt, 0, this.length, hash);
  }

  /**
   * The piece whose text is that of two symbols together, or ABSENT. A symbol is an id, or, for a character that is no piece, the table's size
   * plus its code point.
   */
  findPair(left: number, right: number): number {
    this.length = 0;
    const hash = this.spell(right, this.spell(left, HASH_SEED));
    return this.find(this.spelt, 0, this.length, hash);
  }

  /** Appends the text of a symbol to `spelt`; returns the running hash after it. */
  private spell(symbol: number, before: number): number {
    const { size, units, starts } = this.table;
    let hash = before;
    if (symbol < size) {
      const from = starts[symbol]!;
      const to = starts[symbol + 1]!;
      this.reserve(to - from);
      for (let i = from; i < to; i++) {
        this.spelt[this.length++] = units[i]!;
        hash = hashUnit(hash, units[i]!);
      }
      return hash;
    }
    const codePoint = symbol - size;
    this.reserve(2);
    if (codePoint > 0xffff) {
      this.spelt[this.length++] = highSurrogate(codePoint);
      hash = hashUnit(hash, highSurrogate(codePoint));
    }
    this.spelt[this.length++] = lastUnit(codePoint);
    return hashUnit(hash, lastUnit(codePoint));
  }

  private hasText(id: number, text: Uint16Array, from: number, to: number): boolean {
    const { units, starts } = this.table;
    const start = starts[id]!;
    if (starts[id + 1]! - start !== to - from) return false;
    let i = from;
    while (i < to && units[start + i - from] === text[i]) i++;
    return i === to;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.spelt.length) return;
    this.spelt = enlarge(this.spelt, new Uint16Array(2 * (this.length + count)));
  }
}
