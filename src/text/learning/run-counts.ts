/**
 * Counts the runs of characters that a wordpiece can lie in: cut before each ▁, between writing systems, and around
 * reserved symbols, as SentencePiece cuts its training text (split_by_whitespace, split_by_unicode_script).
 *
 * Memory is bounded by lossy counting (Manku and Motwani 2002, "Approximate Frequency Counts over Data Streams"): when the different
 * runs have too many units, the rarest are forgotten until half the units are left; among equally rare ones chance decides, by a hash.
 * Their characters stay counted.
 */

import { SPACE_MARK } from "../normalization/normalizer.ts";
import { codePointsOf } from "../tables/code-points.ts";
import { ABSENT } from "../tables/pair-map.ts";
import { PieceTrie } from "../tables/piece-trie.ts";
import { HASH_SEED, hashUnit, SegmentTable } from "../tables/segment-table.ts";
import { scriptOf } from "../tables/unicode-script.ts";

/** Units of all different runs. Learning merges takes about 50 bytes a unit. */
const MOST_UNITS = 1 << 24;

const BUCKETS = 256;

/** Script of ▁, which goes with any script after it. */
const ANY = 0;

export class RunCounts {
  /** Characters of forgotten runs, and how often they were there. */
  readonly dropped = new Map<number, number>();
  /** Runs that occurred no more than so often may have been forgotten; 0 as long as none was. */
  forgotten = 0;
  private table = new SegmentTable(1 << 14);
  private units = 0;
  private readonly mostUnits: number;
  private counts = new Float64Array(1 << 14);
  /** Script of each code unit met so far, or 0: [65536]. */
  private readonly scripts = new Uint8Array(65536);
  private readonly reserved = new PieceTrie();
  private readonly startsReserved = new Uint8Array(65536);

  /** Reserved symbols are in no run. */
  constructor(reserved: Iterable<string>, mostUnits = MOST_UNITS) {
    this.mostUnits = mostUnits;
    for (const symbol of reserved) {
      this.reserved.add(symbol, symbol.length);
      this.startsReserved[symbol.charCodeAt(0)] = 1;
    }
  }

  /** How many different runs there are. */
  get size(): number {
    return this.table.size;
  }

  unitsOf(run: number): Uint16Array {
    return this.table.units(run);
  }

  countOf(run: number): number {
    return this.counts[run]!;
  }

  /** Counts the runs of one normalised text, units[0 … length). */
  add(units: Uint16Array, length: number): void {
    const { scripts, startsReserved } = this;
    let from = 0;
    let hash = HASH_SEED;
    let before = ANY;
    for (let at = 0; at < length; at++) {
      const unit = units[at]!;
      const skipped = startsReserved[unit] === 1 ? this.reserved.longestPrefix(units, at, length) : ABSENT;
      if (skipped > 0) {
        if (at > from) this.count(units, from, at, hash);
        from = at + skipped;
        at = from - 1;
        hash = HASH_SEED;
        before = ANY;
        continue;
      }
      let script = unit === SPACE_MARK ? ANY : scripts[unit]!;
      if (script === 0 && unit !== SPACE_MARK) script = this.lookUpScript(units, at);
      if (at > from && (unit === SPACE_MARK || (before !== ANY && script !== before))) {
        this.count(units, from, at, hash);
        from = at;
        hash = HASH_SEED;
      }
      hash = hashUnit(hash, unit);
      before = script;
    }
    if (length > from) this.count(units, from, length, hash);
  }

  private count(units: Uint16Array, from: number, to: number, hash: number): void {
    let run = this.table.find(units, from, to, hash);
    if (run < 0) {
      if (this.units + to - from > this.mostUnits) this.forget();
      this.units += to - from;
      run = this.table.add(units, from, to, hash);
      if (run === this.counts.length) {
        const grown = new Float64Array(2 * run);
        grown.set(this.counts);
        this.counts = grown;
      }
    }
    this.counts[run]!++;
  }

  /** Forgets the rarest runs, and of the least rare of these only so many that half the units are left. */
  private forget(): void {
    const { table, counts } = this;
    const unitsByCount = new Map<number, number>();
    for (let run = 0; run < table.size; run++) {
      unitsByCount.set(counts[run]!, (unitsByCount.get(counts[run]!) ?? 0) + table.units(run).length);
    }
    let excess = this.units - this.mostUnits / 2;
    let threshold = 0;
    for (const [count, units] of [...unitsByCount].sort(([a], [b]) => a - b)) {
      threshold = count;
      if (units >= excess) break;
      excess -= units;
    }
    const bucket = this.bucketsToForget(threshold, excess);
    this.forgotten = Math.max(this.forgotten, threshold);
    this.table = new SegmentTable(1 << 14);
    this.units = 0;
    for (let run = 0; run < table.size; run++) {
      const units = table.units(run);
      const count = counts[run]!;
      const hash = hashOf(units);
      if (count < threshold || (count === threshold && bucketOf(hash) < bucket)) this.drop(units, count);
      else {
        counts[this.table.add(units, 0, units.length, hash)] = count;
        this.units += units.length;
      }
    }
    counts.fill(0, this.table.size);
  }

  /**
   * How many buckets of the runs that occurred so often have the excess of units. A run's hash says its bucket, so that what
   * stays is a fair sample of all such runs, however often some are forgotten.
   */
  private bucketsToForget(threshold: number, excess: number): number {
    const { table, counts } = this;
    const units = new Float64Array(BUCKETS);
    for (let run = 0; run < table.size; run++) {
      if (counts[run] === threshold) units[bucketOf(hashOf(table.units(run)))]! += table.units(run).length;
    }
    let buckets = 0;
    for (let forgotten = 0; forgotten < excess && buckets < BUCKETS; buckets++) forgotten += units[buckets]!;
    return buckets;
  }

  private drop(units: Uint16Array, count: number): void {
    for (const codePoint of codePointsOf(units)) {
      if (codePoint !== 0) this.dropped.set(codePoint, (this.dropped.get(codePoint) ?? 0) + count);
    }
  }

  /** A low surrogate has the script of its pair. */
  private lookUpScript(units: Uint16Array, at: number): number {
    const unit = units[at]!;
    const isHigh = unit >= 0xd800 && unit < 0xdc00;
    const isLow = unit >= 0xdc00 && unit < 0xe000;
    if (isHigh) return scriptOf(pairToCodePoint(unit, units[at + 1]!));
    if (isLow) return scriptOf(pairToCodePoint(units[at - 1]!, unit));
    const script = scriptOf(unit);
    this.scripts[unit] = script;
    return script;
  }
}

/** From the upper bits, after spreading all of them. */
function bucketOf(hash: number): number {
  const spread = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return Math.imul(spread ^ (spread >>> 13), 0xc2b2ae35) >>> 24;
}

function hashOf(units: Uint16Array): number {
  let hash = HASH_SEED;
  for (const unit of units) hash = hashUnit(hash, unit);
  return hash;
}

function pairToCodePoint(high: number, low: number): number {
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}
