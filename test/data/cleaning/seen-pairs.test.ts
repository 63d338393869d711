// Source of truth: a Set of the texts themselves.
import { expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { hashPair } from "../../../src/data/cleaning/pair-hash.ts";
import { SeenPairs } from "../../../src/data/cleaning/seen-pairs.ts";

class SeenTexts {
  readonly seen = new SeenPairs();
  private readonly words = new Uint32Array(2);

  add(source: string, target: string): boolean {
    hashPair(source, target, this.words, 0);
    return this.seen.add(this.words[0]!, this.words[1]!);
  }
}

test("each pair is new once, however many there are", () => {
  const texts = new SeenTexts();
  const newOnes = () => Array.from({ length: 20_000 }, (_, i) => texts.add(`source ${i}`, "same")).filter(Boolean);
  expect(newOnes()).toHaveLength(20_000);
  expect(newOnes()).toHaveLength(0);
  expect(texts.add("source 1", "other")).toBe(true);
  expect(texts.add(" source 1 ", "other ")).toBe(false);
  expect(texts.add("a\nb", "c")).toBe(true);
  expect(texts.add("a", "b\nc")).toBe(true);
  expect(texts.add("ab", "c")).toBe(true);
  expect(texts.add("a", "bc")).toBe(true);
  expect(texts.add("", "abc")).toBe(true);
});

test("hashes that differ in either word are two", () => {
  const seen = new SeenPairs();
  const hashes = [
    [1, 256],
    [2, 256],
    [1, 512],
    [1, 256],
  ] as const;
  expect(hashes.map(([low, high]) => seen.add(low, high))).toEqual([true, true, true, false]);
});

test("short texts over few letters agree with a set of them", () => {
  const texts = new SeenTexts();
  const known = new Set<string>();
  const random = new Random(3);
  const letters = ["a", "b", "\u0001", "Ä", "日", "🦉"];
  const text = () => Array.from({ length: random.integer(5) }, () => letters[random.integer(letters.length)]!).join("");
  for (let i = 0; i < 60_000; i++) {
    const [source, target] = [text(), text()];
    const key = JSON.stringify([source, target]);
    if (texts.add(source, target) === known.has(key)) expect.fail(key);
    known.add(key);
  }
  expect(known.size).toBeGreaterThan(10_000);
});

test("a pair takes at most 16 bytes, and growing hardly more", () => {
  const seen = new SeenPairs();
  const random = new Random(4);
  let most = 0;
  for (let pairs = 1; pairs <= 300_000; pairs++) {
    seen.add(random.uint32(), random.uint32());
    if (pairs >= 50_000 && pairs % 5000 === 0) most = Math.max(most, seen.bytes / pairs);
  }
  expect(most).toBeGreaterThan(10);
  expect(most).toBeLessThan(16);
});

test("the words of hashes are even", () => {
  const words = new Uint32Array(2);
  // Bits of many similar texts: each is set half the time, within five standard deviations.
  const count = 20_000;
  const set = new Uint32Array(64);
  for (let i = 0; i < count; i++) {
    hashPair(`Line ${i}`, "the same", words, 0);
    for (let bit = 0; bit < 64; bit++) set[bit]! += (words[bit >> 5]! >>> (bit & 31)) & 1;
  }
  for (const ones of set) expect(Math.abs(ones - count / 2)).toBeLessThan((5 * Math.sqrt(count)) / 2);
});
