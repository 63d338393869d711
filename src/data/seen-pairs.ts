/** Remembers which pairs of texts were met, by a 64-bit hash each: 8 bytes a slot, at most three quarters of the slots full. */
import { createHash } from "node:crypto";

export class SeenPairs {
  /** [slots, 2] hash words; a pair of zeros is a free slot. */
  private slots = new Uint32Array(2 * 1024);
  private size = 0;

  /** Adds a pair; false where it was there already. Two different pairs count as one with a chance of size / 2^64. */
  add(source: string, target: string): boolean {
    const digest = createHash("sha1").update(`${source.trim()}\n${target.trim()}`).digest();
    const low = digest.readUInt32LE(0);
    // Never a pair of zeros.
    const high = digest.readUInt32LE(4) || 1;
    if (!insert(this.slots, low, high)) return false;
    this.size++;
    if (4 * this.size > 3 * (this.slots.length / 2)) this.grow();
    return true;
  }

  private grow(): void {
    const larger = new Uint32Array(this.slots.length * 2);
    for (let at = 0; at < this.slots.length; at += 2) {
      if (this.slots[at + 1] !== 0) insert(larger, this.slots[at]!, this.slots[at + 1]!);
    }
    this.slots = larger;
  }
}

/** Linear probing from the slot the low word names. */
function insert(slots: Uint32Array, low: number, high: number): boolean {
  const mask = slots.length / 2 - 1;
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const [foundLow, foundHigh] = [slots[2 * slot]!, slots[2 * slot + 1]!];
    if (foundHigh === 0) {
      slots[2 * slot] = low;
      slots[2 * slot + 1] = high;
      return true;
    }
    if (foundLow === low && foundHigh === high) return false;
  }
}
