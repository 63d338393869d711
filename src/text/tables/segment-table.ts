/** Numbers distinct runs of UTF-16 units 0, 1, 2, … in order of first sight: an open-addressing hash table over one unit pool. */

/** Start value of the running hash of a run. */
export const HASH_SEED = 0x811c9dc5 | 0;

/** Adds one unit to a running hash. */
export function hashUnit(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

export class SegmentTable {
  /** How many runs there are. */
  size = 0;
  private slots: Int32Array;
  private mask: number;
  private hashes: Int32Array;
  /** Run i is `pool[starts[i] … starts[i + 1])`. */
  private starts: Int32Array;
  private pool: Uint16Array;

  constructor(capacity = 1024) {
    this.slots = new Int32Array(2 * capacity);
    this.mask = 2 * capacity - 1;
    this.hashes = new Int32Array(capacity);
    this.starts = new Int32Array(capacity + 1);
    this.pool = new Uint16Array(16 * capacity);
  }

  /** Number of the run units[from … to), whose hash is given, or -1 when it has not been added. */
  find(units: Uint16Array, from: number, to: number, hash: number): number {
    const { slots, mask, hashes, starts, pool } = this;
    for (let slot = spread(hash) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const run = slots[slot]! - 1;
      if (hashes[run] !== hash) continue;
      const start = starts[run]!;
      if (starts[run + 1]! - start !== to - from) continue;
      let i = from;
      while (i < to && pool[start + i - from] === units[i]) i++;
      if (i === to) return run;
    }
    return -1;
  }

  /** Adds a run that `find` did not find and returns its number. */
  add(units: Uint16Array, from: number, to: number, hash: number): number {
    if (this.size === this.hashes.length) this.grow();
    const run = this.size++;
    const start = this.starts[run]!;
    if (start + to - from > this.pool.length) {
      const pool = new Uint16Array(2 * (start + to - from));
      pool.set(this.pool);
      this.pool = pool;
    }
    this.pool.set(units.subarray(from, to), start);
    this.starts[run + 1] = start + to - from;
    this.hashes[run] = hash;
    this.enter(run);
    return run;
  }

  /** The units of a run: a view. */
  units(run: number): Uint16Array {
    return this.pool.subarray(this.starts[run]!, this.starts[run + 1]!);
  }

  clear(): void {
    this.size = 0;
    this.slots.fill(0);
  }

  private enter(run: number): void {
    let slot = spread(this.hashes[run]!) & this.mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & this.mask;
    this.slots[slot] = run + 1;
  }

  private grow(): void {
    const capacity = 2 * this.hashes.length;
    const hashes = new Int32Array(capacity);
    const starts = new Int32Array(capacity + 1);
    hashes.set(this.hashes);
    starts.set(this.starts);
    this.hashes = hashes;
    this.starts = starts;
    this.slots = new Int32Array(2 * capacity);
    this.mask = 2 * capacity - 1;
    for (let run = 0; run < this.size; run++) this.enter(run);
  }
}

/** A running hash as a place in a table of 2^n slots has to see it: its low bits depend on all of them. */
export function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}
