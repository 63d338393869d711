/**
 * numpy's default random generator, so that resampling draws the numbers sacreBLEU draws: PCG XSL-RR 128/64
 * (O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random Number
 * Generation"), seeded by O'Neill's seed_seq alternative as numpy's SeedSequence runs it; bounded numbers by
 * Lemire 2019, "Fast Random Integer Generation in an Interval".
 */

/** 128-bit numbers are four 32-bit words, lowest first. */
type Words = [number, number, number, number];

const MULTIPLIER: Words = [0x9fccf645, 0x4385df64, 0x1fc65da4, 0x2360ed05];

export class Pcg64 {
  private state: Words = [0, 0, 0, 0];
  private readonly increment: Words;
  /** The high half of the last 64-bit output, still to be handed out; −1 when none. */
  private pending = -1;

  /** `numpy.random.default_rng(seed)`; `seed` is a whole number below 2^53. */
  constructor(seed: number) {
    const words = seedWords(seed);
    // Seeds are read as 64-bit halves, high half first, each half low word first.
    const initial: Words = [words[2]!, words[3]!, words[0]!, words[1]!];
    const stream: Words = [words[6]!, words[7]!, words[4]!, words[5]!];
    this.increment = [
      ((stream[0] << 1) | 1) >>> 0,
      ((stream[1] << 1) | (stream[0] >>> 31)) >>> 0,
      ((stream[2] << 1) | (stream[1] >>> 31)) >>> 0,
      ((stream[3] << 1) | (stream[2] >>> 31)) >>> 0,
    ];
    this.step();
    this.state = add(this.state, initial);
    this.step();
  }

  /** 32 random bits: the low half of a 64-bit output, then its high half. */
  uint32(): number {
    if (this.pending >= 0) {
      const word = this.pending;
      this.pending = -1;
      return word;
    }
    this.step();
    const [s0, s1, s2, s3] = this.state;
    let low = (s0 ^ s2) >>> 0;
    let high = (s1 ^ s3) >>> 0;
    const rotation = s3 >>> 26;
    if (rotation >= 32) [low, high] = [high, low];
    const shift = rotation & 31;
    if (shift !== 0) {
      const rotated = ((low >>> shift) | (high << (32 - shift))) >>> 0;
      high = ((high >>> shift) | (low << (32 - shift))) >>> 0;
      low = rotated;
    }
    this.pending = high;
    return low;
  }

  /** Whole numbers in [0, below): `rng.choice(below, size=count)`; `below` is at most 2^32 − 1. */
  integers(below: number, count: number): Uint32Array {
    const out = new Uint32Array(count);
    if (below === 1) return out;
    const threshold = (2 ** 32 - below) % below;
    for (let i = 0; i < count; i++) {
      let word = this.uint32();
      while (Math.imul(word, below) >>> 0 < threshold) word = this.uint32();
      out[i] = multiplyHigh(word, below);
    }
    return out;
  }

  /** 32 fair coins per word, lowest bit first: `rng.integers(2, size=32 * count, dtype=bool)`. */
  coins(count: number): Uint32Array {
    return Uint32Array.from({ length: count }, () => this.uint32());
  }

  /** state ← state · multiplier + increment, modulo 2^128. */
  private step(): void {
    const [a0, a1, a2, a3] = this.state;
    const [m0, m1, m2, m3] = MULTIPLIER;
    const word0 = low(a0, m0);
    const word1 = multiplyHigh(a0, m0) + low(a0, m1) + low(a1, m0);
    const word2 =
      Math.floor(word1 / 2 ** 32) +
      multiplyHigh(a0, m1) +
      multiplyHigh(a1, m0) +
      low(a0, m2) +
      low(a1, m1) +
      low(a2, m0);
    const word3 =
      Math.floor(word2 / 2 ** 32) +
      multiplyHigh(a0, m2) +
      multiplyHigh(a1, m1) +
      multiplyHigh(a2, m0) +
      low(a0, m3) +
      low(a1, m2) +
      low(a2, m1) +
      low(a3, m0);
    this.state = add([word0, word1 >>> 0, word2 >>> 0, word3 >>> 0], this.increment);
  }
}

/** Eight words of `SeedSequence(seed).generate_state(8, uint32)`. */
function seedWords(seed: number): Uint32Array {
  const pool = new Uint32Array(4);
  pool[0] = seed;
  pool[1] = Math.floor(seed / 2 ** 32);

  const absorb = hasher(0x43b0d7e5, 0x931e8875);
  for (let i = 0; i < 4; i++) pool[i] = absorb(pool[i]!);
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from === to) continue;
      const mixed = Math.imul(0xca01f9dd, pool[to]!) - Math.imul(0x4973f715, absorb(pool[from]!));
      pool[to] = mixed ^ ((mixed >>> 0) >>> 16);
    }
  }
  const emit = hasher(0x8b51f9dd, 0x58f38ded);
  return Uint32Array.from({ length: 8 }, (_, i) => emit(pool[i % 4]!));
}

/** A hash whose constant moves on with every value. */
function hasher(initial: number, multiplier: number): (value: number) => number {
  let constant = initial;
  return (value) => {
    const crossed = value ^ constant;
    constant = Math.imul(constant, multiplier);
    const product = Math.imul(crossed, constant) >>> 0;
    return (product ^ (product >>> 16)) >>> 0;
  };
}

function add(a: Words, b: Words): Words {
  const word0 = a[0] + b[0];
  const word1 = a[1] + b[1] + (word0 > 0xffffffff ? 1 : 0);
  const word2 = a[2] + b[2] + (word1 > 0xffffffff ? 1 : 0);
  const word3 = a[3] + b[3] + (word2 > 0xffffffff ? 1 : 0);
  return [word0 >>> 0, word1 >>> 0, word2 >>> 0, word3 >>> 0];
}

function low(a: number, b: number): number {
  return Math.imul(a, b) >>> 0;
}

/** High 32 bits of an unsigned 32 × 32 bit product. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0;
}
