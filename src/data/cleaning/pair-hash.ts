/** A 64-bit hash of a pair of texts: two lanes of MurmurHash3's steps over UTF-16 units, mixed together. Not for adversaries. */

/** Writes the hash of two texts, white space around them left out, to words[at] and words[at + 1]. Its chance of equal hashes is 2^-64. */
export function hashPair(source: string, target: string, words: Uint32Array, at: number): void {
  let first = 0x9747b28c;
  let second = 0x3c6ef372;
  for (let side = 0; side < 2; side++) {
    const text = (side === 0 ? source : target).trim();
    const { length } = text;
    // Lengths are part of the hash, so that no text can run into the other.
    first = Math.imul(first ^ length, 0x9e3779b1);
    second = (second + first) | 0;
    for (let i = 0; i < length; i += 2) {
      const word = text.charCodeAt(i) | (i + 1 < length ? text.charCodeAt(i + 1) << 16 : 0);
      let lane = Math.imul(word, 0xcc9e2d51);
      first ^= Math.imul((lane << 15) | (lane >>> 17), 0x1b873593);
      first = (Math.imul((first << 13) | (first >>> 19), 5) + second) | 0;
      lane = Math.imul(word, 0xab0e9789);
      second ^= Math.imul((lane << 16) | (lane >>> 16), 0x38b34ae5);
      second = (Math.imul((second << 17) | (second >>> 15), 5) + first) | 0;
    }
  }
  first = (first + second) | 0;
  second = (second + first) | 0;
  first = spread(first);
  second = spread(second);
  words[at] = first + second;
  words[at + 1] = second + words[at]!;
}

/** Spreads the bits of a word (MurmurHash3's finaliser). */
function spread(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
