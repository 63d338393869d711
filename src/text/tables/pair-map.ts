/** A hash map from two whole numbers to one, none negative: open addressing over plain integer arrays. */

export const ABSENT = -1;

export class PairMap {
  size = 0;
  private mask: number;
  private firsts: Int32Array;
  private seconds: Int32Array;
  /** Value plus one; 0 marks a free slot. */
  private values: Int32Array;

  /** `expected` entries fit without growing. */
  constructor(expected = 32) {
    const slots = 2 ** Math.ceil(Math.log2(2 * expected + 2));
    this.mask = slots - 1;
    this.firsts = new Int32Array(slots);
    this.seconds = new Int32Array(slots);
    this.values = new Int32Array(slots);
  }

  /** The value, or ABSENT. */
  get(first: number, second: number): number {
    return this.values[this.slotOf(first, second)]! - 1;
  }

  set(first: number, second: number, value: number): void {
    const slot = this.slotOf(first, second);
    if (this.values[slot] === 0) this.size++;
    this.firsts[slot] = first;
    this.seconds[slot] = second;
    this.values[slot] = value + 1;
    if (2 * this.size > this.mask) this.grow();
  }

  private slotOf(first: number, second: number): number {
    const { mask, firsts, seconds, values } = this;
    const mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & mask;
    while (values[slot] !== 0 && (firsts[slot] !== first || seconds[slot] !== second)) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { firsts, seconds, values } = this;
    const slots = 2 * values.length;
    this.mask = slots - 1;
    this.firsts = new Int32Array(slots);
    this.seconds = new Int32Array(slots);
    this.values = new Int32Array(slots);
    for (let old = 0; old < values.length; old++) {
      if (values[old] === 0) continue;
      const slot = this.slotOf(firsts[old]!, seconds[old]!);
      this.firsts[slot] = firsts[old]!;
      this.seconds[slot] = seconds[old]!;
      this.values[slot] = values[old]!;
    }
  }
}
