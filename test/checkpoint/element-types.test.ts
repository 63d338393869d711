/** Source of truth: the definitions of binary16 (IEEE 754, 3.4) and bfloat16 in doubles, each of their 65,536 values. */
import { describe, expect, it } from "vitest";
import { arrayOf, bytesPerElement, dataTypes, elementCount } from "../../src/checkpoint/element-types.ts";

const words = Uint16Array.from({ length: 65_536 }, (_, i) => i);

/** (−1)^sign · 2^exponent · 1.fraction, of any split of 16 bits. */
function defined(word: number, fractionBits: number): number {
  const sign = word >= 0x8000 ? -1 : 1;
  const fraction = (word % 2 ** fractionBits) / 2 ** fractionBits;
  const exponent = Math.floor((word % 0x8000) / 2 ** fractionBits);
  const largest = 2 ** (15 - fractionBits) - 1;
  const bias = (largest - 1) / 2;
  if (exponent === largest) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

describe("arrayOf", () => {
  it.each([
    ["F16", 10],
    ["BF16", 7],
  ] as const)("%s has each value in 32-bit floats", (type, fractionBits) => {
    const values = arrayOf(type, words.buffer);
    expect(values).toBeInstanceOf(Float32Array);
    let wrong = 0;
    for (const word of words) if (!Object.is(values[word], defined(word, fractionBits))) wrong++;
    expect(wrong).toBe(0);
  });

  it("keeps all bits of 64-bit integers, and the bytes of booleans", () => {
    const bytes = Uint8Array.of(1, 0, 0, 0, 0, 0, 32, 0, 255, 255, 255, 255, 255, 255, 255, 255);
    expect(arrayOf("I64", bytes.buffer)).toEqual(BigInt64Array.of(2n ** 53n + 1n, -1n));
    expect(arrayOf("U64", bytes.buffer)).toEqual(BigUint64Array.of(2n ** 53n + 1n, 2n ** 64n - 1n));
    expect(arrayOf("BOOL", Uint8Array.of(0, 1, 1).buffer)).toEqual(Uint8Array.of(0, 1, 1));
  });

  it("takes as many bytes an element as each type's name says", () => {
    for (const type of dataTypes) {
      expect(8 * bytesPerElement(type)).toBe(type === "BOOL" ? 8 : Number(/\d+$/.exec(type)![0]));
      expect(arrayOf(type, new ArrayBuffer(2 * bytesPerElement(type)))).toHaveLength(2);
    }
  });
});

it("an axis of 0 leaves no elements, however long the others are", () => {
  const long = Array.from({ length: 40 }, () => Number.MAX_SAFE_INTEGER);
  expect([elementCount([]), elementCount([2, 3]), elementCount([...long, 0])]).toEqual([1, 6, 0]);
});
