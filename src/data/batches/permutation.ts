/**
 * A random order of [0, length) that takes no memory: a Feistel network (Luby and Rackoff 1988) over the next power of four, walked
 * until it falls inside (Black and Rogaway 2002, "Ciphers with Arbitrary Finite Domains"). Any place of it can be asked for.
 */
import { philoxUint32, type RandomStream } from "../../base/random.ts";

const ROUNDS = 6;

export class Permutation {
  readonly length: number;
  private readonly keys: Uint32Array;
  private readonly halfBits: number;
  private readonly mask: number;

  /** `length` is at most 2^30. */
  constructor(length: number, stream: RandomStream) {
    this.length = length;
    this.keys = philoxUint32(stream, ROUNDS);
    let halfBits = 1;
    while (4 ** halfBits < length) halfBits++;
    this.halfBits = halfBits;
    this.mask = 2 ** halfBits - 1;
  }

  /** What stands at a place in [0, length). */
  at(place: number): number {
    let value = this.network(place);
    while (value >= this.length) value = this.network(value);
    return value;
  }

  private network(value: number): number {
    const { keys, halfBits, mask } = this;
    let left = value >>> halfBits;
    let right = value & mask;
    for (let round = 0; round < ROUNDS; round++) {
      let hash = right ^ keys[round]!;
      hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
      const mixed = left ^ ((hash ^ (hash >>> 16)) & mask);
      left = right;
      right = mixed;
    }
    return (left << halfBits) | right;
  }
}
