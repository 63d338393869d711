/**
 * Remembers which pairs of texts were met, by a 64-bit hash each, in open-addressing tables. A pair takes 10 to 16 bytes: 8 a slot,
 * at most four fifths of the slots full, and the hash space cut into segments that grow one by one, so that growing needs little room.
 */

const SEGMENTS = 256;
const FIRST_SLOTS = 64;
const GROWTH = 1.5;
const FULLEST = 0.8;

export class SeenPairs {
  /** Of each segment [slots, 2]: hash words; a pair of zeros is a free slot. */
  private readonly segments: Uint32Array[];
  private readonly sizes = new Uint32Array(SEGMENTS);

  /** Empty, or what `share` gave, to look up. */
  constructor(shared?: readonly Uint32Array[]) {
    this.segments = shared?.slice() ?? Array.from({ length: SEGMENTS }, () => new Uint32Array(2 * FIRST_SLOTS));
  }

  /** Adds the hash of a pair (pair-hash.ts); false where it was there already. */
  add(low: number, high: number): boolean {
    const segment = high & (SEGMENTS - 1);
    // Never a pair of zeros; one hash in 2^32 shares its place with another.
    const word = high || 1;
    let slots = this.segments[segment]!;
    if (!insert(slots, low, word)) return false;
    const size = ++this.sizes[segment]!;
    if (2 * size > FULLEST * slots.length) {
      const larger = new Uint32Array(2 * Math.ceil((GROWTH * slots.length) / 2));
      for (let at = 0; at < slots.length; at += 2) {
        if (slots[at + 1] !== 0) insert(larger, slots[at]!, slots[at + 1]!);
      }
      slots = larger;
      this.segments[segment] = larger;
    }
    return true;
  }

  /** Whether the hash of a pair was added. */
  has(low: number, high: number): boolean {
    return find(this.segments[high & (SEGMENTS - 1)]!, low, high || 1) >= 0;
  }

  /** A copy of the slots in memory that threads share. */
  share(): Uint32Array[] {
    return this.segments.map((slots) => {
      const shared = new Uint32Array(new SharedArrayBuffer(slots.byteLength));
      shared.set(slots);
      return shared;
    });
  }

  /** Bytes of all slots. */
  get bytes(): number {
    return this.segments.reduce((sum, slots) => sum + slots.byteLength, 0);
  }
}

/** False where the hash is there already. */
function insert(slots: Uint32Array, low: number, high: number): boolean {
  const place = find(slots, low, high);
  if (place >= 0) return false;
  const slot = -1 - place;
  slots[2 * slot] = low;
  slots[2 * slot + 1] = high;
  return true;
}

/** The slot of a hash, or −1 − the free one it would take: linear probing from the slot that the low word is the share of. */
function find(slots: Uint32Array, low: number, high: number): number {
  const count = slots.length / 2;
  for (let slot = Math.floor((low / 4294967296) * count); ; slot = slot + 1 === count ? 0 : slot + 1) {
    const foundHigh = slots[2 * slot + 1]!;
    if (foundHigh === 0) return -1 - slot;
    if (foundHigh === high && slots[2 * slot] === low) return slot;
  }
}
