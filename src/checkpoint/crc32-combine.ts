/** CRC-32 of two pieces one after the other, from those of the pieces: so each can be read by another process. */

/** Column i is what bit i becomes when the register takes one zero bit; a matrix over GF(2). */
type Matrix = Uint32Array;

function times(matrix: Matrix, vector: number): number {
  let sum = 0;
  for (let bit = 0, left = vector; left !== 0; bit++, left >>>= 1) if (left & 1) sum ^= matrix[bit]!;
  return sum >>> 0;
}

function squared(matrix: Matrix): Matrix {
  return matrix.map((column) => times(matrix, column));
}

/** One zero bit: the reflected polynomial 0xedb88320, and a shift by one. */
const zeroBit: Matrix = Uint32Array.from({ length: 32 }, (_, bit) => (bit === 0 ? 0xedb88320 : 2 ** (bit - 1)));

/** `second` is of `length` bytes. */
export function crc32Combine(first: number, second: number, length: number): number {
  let matrix = squared(squared(squared(zeroBit))); // A zero byte.
  let crc = first;
  for (let left = length; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) crc = times(matrix, crc);
    matrix = squared(matrix);
  }
  return (crc ^ second) >>> 0;
}
