/**
 * Finds pairs that differ little from an earlier one, in bounded memory: MinHash (Broder 1997) over words and word pairs of
 * both sides, with 4 bits of each of 32 minima kept (b-bit minwise hashing, Li and König 2010), looked up by bands.
 */

const MINIMA = 32;
const BANDS = 8;
const BAND = MINIMA / BANDS;
const WORDS = MINIMA / 8;
/** Of 32 minima that agree; about nine tenths of the words and word pairs in common. */
const ALIKE = 29;
/** Texts with fewer words differ too much by one of them. */
const FEWEST_WORDS = 8;

const FACTORS = Uint32Array.from({ length: MINIMA }, (_, i) => (mix(2 * i + 1) | 1) >>> 0);
const SHIFTS = Uint32Array.from({ length: MINIMA }, (_, i) => mix(2 * i + 2));

/** Words of a sketch: 32 nibbles, then a hash of each band. */
export const SKETCH = WORDS + BANDS;

/** Makes the sketch of a pair by which it is found. */
export class PairSketcher {
  private readonly minima = new Uint32Array(MINIMA);

  /** Writes the sketch at sketches[at …); false, and zeros, where the pair has too few words to be compared. */
  sketch(source: string, target: string, sketches: Uint32Array, at: number): boolean {
    const { minima } = this;
    minima.fill(0xffffffff);
    sketches.fill(0, at, at + SKETCH);
    if (this.take(source, 1) + this.take(target, 2) < FEWEST_WORDS) return false;
    for (let i = 0; i < MINIMA; i++) sketches[at + (i >> 3)]! |= (minima[i]! & 15) << (4 * (i & 7));
    for (let band = 0; band < BANDS; band++) {
      let hash = band;
      for (let i = band * BAND; i < (band + 1) * BAND; i++) hash = mix(hash ^ minima[i]!);
      // Never zero, so that a sketch of zeros is none.
      sketches[at + WORDS + band] = hash || 1;
    }
    return true;
  }

  /** Takes the words and word pairs of a side into the minima; digits count as one digit. Returns the number of words. */
  private take(text: string, side: number): number {
    const words =
      text
        .toLowerCase()
        .replace(/\p{N}+/gu, "0")
        .match(/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|[\p{L}\p{M}\p{N}]+/gu) ?? [];
    let before = side;
    for (const word of words) {
      let hash = side;
      for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
      hash = mix(hash);
      this.lower(hash);
      this.lower(mix(hash ^ Math.imul(before, 0x9e3779b1)));
      before = hash;
    }
    return words.length;
  }

  private lower(feature: number): void {
    for (let i = 0; i < MINIMA; i++) {
      const value = (Math.imul(feature, FACTORS[i]!) + SHIFTS[i]!) >>> 0;
      const mixed = (value ^ (value >>> 15)) >>> 0;
      if (mixed < this.minima[i]!) this.minima[i] = mixed;
    }
  }
}

/** Remembers the last `window` pairs; takes 16 bytes a pair, and 32 to 64 for finding them. */
export class NearDuplicates {
  private readonly window: number;
  /** [window, 4] 32 nibbles of each remembered pair */
  private readonly signatures: Uint32Array;
  /** [bands, slots] 1 + the number of the last pair whose band hashes here; 0 where there was none */
  private readonly tables: Uint32Array[];
  private readonly mask: number;
  private count = 0;

  constructor(window = 1 << 20) {
    this.window = window;
    this.signatures = new Uint32Array(window * WORDS);
    const slots = 2 ** Math.ceil(Math.log2(window));
    this.mask = slots - 1;
    this.tables = Array.from({ length: BANDS }, () => new Uint32Array(slots));
  }

  /** Adds the pair of the sketch at sketches[at …); false, and it is not added, where a remembered one is nearly the same. */
  add(sketches: Uint32Array, at: number): boolean {
    const { tables, mask, window } = this;
    if (sketches[at + WORDS] === 0) return true;
    for (let band = 0; band < BANDS; band++) {
      const found = tables[band]![sketches[at + WORDS + band]! & mask]! - 1;
      if (found >= 0 && found > this.count - 1 - window && this.agreeing(found, sketches, at) >= ALIKE) return false;
    }
    const place = (this.count % window) * WORDS;
    for (let word = 0; word < WORDS; word++) this.signatures[place + word] = sketches[at + word]!;
    for (let band = 0; band < BANDS; band++) tables[band]![sketches[at + WORDS + band]! & mask] = this.count + 1;
    this.count++;
    return true;
  }

  /** How many of the 32 nibbles are the same. */
  private agreeing(pair: number, sketches: Uint32Array, at: number): number {
    let agree = 0;
    for (let word = 0; word < WORDS; word++) {
      const different = this.signatures[(pair % this.window) * WORDS + word]! ^ sketches[at + word]!;
      for (let i = 0; i < 8; i++) if (((different >>> (4 * i)) & 15) === 0) agree++;
    }
    return agree;
  }
}

/** Spreads the bits of a word (MurmurHash3's finaliser). */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
