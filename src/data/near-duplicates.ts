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

export class NearDuplicates {
  private readonly window: number;
  /** [window, 4] 32 nibbles of each remembered pair */
  private readonly signatures: Uint32Array;
  /** [bands, slots] 1 + the number of the last pair whose band hashes here; 0 where there was none */
  private readonly tables: Uint32Array[];
  private readonly mask: number;
  private readonly minima = new Uint32Array(MINIMA);
  private count = 0;

  /** Remembers the last `window` pairs; takes 16 bytes a pair, and 32 to 64 for finding them. */
  constructor(window = 1 << 20) {
    this.window = window;
    this.signatures = new Uint32Array(window * WORDS);
    const slots = 2 ** Math.ceil(Math.log2(window));
    this.mask = slots - 1;
    this.tables = Array.from({ length: BANDS }, () => new Uint32Array(slots));
  }

  /** Adds a pair; false, and it is not added, where a remembered one is nearly the same. */
  add(source: string, target: string): boolean {
    this.minima.fill(0xffffffff);
    const words = this.take(source, 1) + this.take(target, 2);
    if (words < FEWEST_WORDS) return true;
    const signature = this.signature();
    const slots = Uint32Array.from({ length: BANDS }, (_, band) => this.slot(band));
    for (let band = 0; band < BANDS; band++) {
      const found = this.tables[band]![slots[band]!]! - 1;
      if (found >= 0 && found > this.count - 1 - this.window && this.agreeing(found, signature) >= ALIKE) return false;
    }
    this.signatures.set(signature, (this.count % this.window) * WORDS);
    for (let band = 0; band < BANDS; band++) this.tables[band]![slots[band]!] = this.count + 1;
    this.count++;
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

  private signature(): Uint32Array {
    const signature = new Uint32Array(WORDS);
    for (let i = 0; i < MINIMA; i++) signature[i >> 3]! |= (this.minima[i]! & 15) << (4 * (i & 7));
    return signature;
  }

  private slot(band: number): number {
    let hash = band;
    for (let i = band * BAND; i < (band + 1) * BAND; i++) hash = mix(hash ^ this.minima[i]!);
    return hash & this.mask;
  }

  /** How many of the 32 nibbles are the same. */
  private agreeing(pair: number, signature: Uint32Array): number {
    let agree = 0;
    for (let word = 0; word < WORDS; word++) {
      const different = this.signatures[(pair % this.window) * WORDS + word]! ^ signature[word]!;
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
