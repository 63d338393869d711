/**
 * Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3").
 * The same (seed, stream, index) gives the same number on every backend and with any number of threads.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

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

/** One Philox4x32-10 block: writes four uint32 at `out[at…at+3]` for a 128-bit counter and a 64-bit key. */
export function philoxBlock(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
  at = 0,
): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}

/** Names one random sequence: a run's seed and a stream number (which layer, which step). Both are below 2^53. */
export interface RandomStream {
  seed: number;
  stream: number;
}

const TWO_32 = 4294967296;

/** Numbers `[first, first + count)` of a stream, `first` a multiple of 4: number i is lane i % 4 of block ⌊i / 4⌋. Key = seed, counter = (block, stream). */
export function philoxUint32({ seed, stream }: RandomStream, count: number, first = 0): Uint32Array {
  const padded = new Uint32Array(Math.ceil(count / 4) * 4);
  const key = [seed >>> 0, Math.floor(seed / TWO_32) >>> 0] as const;
  for (let block = 0; block * 4 < count; block++) {
    philoxBlock([first / 4 + block, 0, stream >>> 0, Math.floor(stream / TWO_32) >>> 0], key, padded, block * 4);
  }
  return padded.subarray(0, count);
}

/** A uint32 as a uniform number in (0, 1), never 0 or 1. */
export function toUniform(word: number): number {
  return (word + 0.5) / TWO_32;
}

/** `count` standard normal numbers of a stream, by Box–Muller on each pair of its words. */
export function philoxNormal(stream: RandomStream, count: number): Float32Array {
  const words = philoxUint32(stream, Math.ceil(count / 2) * 2);
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(toUniform(words[i]!)));
    const angle = 2 * Math.PI * toUniform(words[i + 1]!);
    out[i] = radius * Math.cos(angle);
    if (i + 1 < count) out[i + 1] = radius * Math.sin(angle);
  }
  return out;
}

/** A sequential generator over one Philox stream, for shuffles and sampling. Its state is (seed, stream, position). */
export class Random {
  readonly seed: number;
  readonly stream: number;
  private position: number;
  private readonly block = new Uint32Array(4);
  private blockIndex = -1;

  constructor(seed: number, stream = 0, position = 0) {
    this.seed = seed;
    this.stream = stream;
    this.position = position;
  }

  /** How many words have been drawn; pass it to the constructor to go on from here. */
  get state(): number {
    return this.position;
  }

  uint32(): number {
    const block = Math.floor(this.position / 4);
    if (block !== this.blockIndex) {
      philoxBlock(
        [block >>> 0, Math.floor(block / TWO_32) >>> 0, this.stream >>> 0, Math.floor(this.stream / TWO_32) >>> 0],
        [this.seed >>> 0, Math.floor(this.seed / TWO_32) >>> 0],
        this.block,
      );
      this.blockIndex = block;
    }
    return this.block[this.position++ % 4]!;
  }

  /** Uniform in (0, 1). */
  uniform(): number {
    return toUniform(this.uint32());
  }

  /** A whole number in [0, below), without bias. */
  integer(below: number): number {
    const limit = TWO_32 - (TWO_32 % below);
    for (;;) {
      const word = this.uint32();
      if (word < limit) return word % below;
    }
  }

  /** Shuffles in place (Fisher–Yates). */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }
}
