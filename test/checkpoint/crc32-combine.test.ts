// Source of truth: zlib's CRC-32 of both pieces in one.
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { crc32Combine } from "../../src/checkpoint/crc32-combine.ts";

const random = new Random(3);
const bytes = (length: number) => Uint8Array.from({ length }, () => random.integer(256));

test.each([
  [0, 0],
  [5, 0],
  [0, 5],
  [1, 1],
  [3, 2],
  [1000, 4097],
  [7, 70_001],
])("a piece of %i bytes and one of %i", (first, second) => {
  const [a, b] = [bytes(first), bytes(second)];
  expect(crc32Combine(crc32(a), crc32(b), second)).toBe(crc32(Buffer.concat([a, b])));
});

test("a piece of more than 4 GiB, of zeros", () => {
  // Zeros of 2^33 + 1 bytes, by doubling: the CRC of twice as many follows from that of as many.
  let [sum, length] = [crc32(Uint8Array.of(0)), 1];
  while (length < 2 ** 33) [sum, length] = [crc32Combine(sum, sum, length), 2 * length];
  const before = crc32("before");
  const inTwo = crc32Combine(crc32Combine(before, sum, length), crc32(Uint8Array.of(0)), 1);
  const last = crc32Combine(sum, crc32(Uint8Array.of(0)), 1);
  expect(crc32Combine(before, last, length + 1)).toBe(inTwo);
});
