/** Source of truth: the known answers of Random123 for Philox4x32-10, and moments of the distributions. */
import { describe, expect, it } from "vitest";
import { philoxBlock, philoxNormal, philoxUint32, Random, toUniform } from "../../src/base/random.ts";

function block(counter: [number, number, number, number], key: [number, number]): string {
  const out = new Uint32Array(4);
  philoxBlock(counter, key, out);
  return [...out].map((word) => word.toString(16).padStart(8, "0")).join(" ");
}

describe("Philox4x32-10", () => {
  const ones = 0xffffffff;
  it.each([
    ["zeros", block([0, 0, 0, 0], [0, 0]), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    ["ones", block([ones, ones, ones, ones], [ones, ones]), "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ])("gives the known answer for %s", (_name, got, wanted) => {
    expect(got).toBe(wanted);
  });

  it("puts number i of a stream in lane i % 4 of block i / 4, stream in the upper counter, seed in the key", () => {
    const words = philoxUint32({ seed: 7 + 3 * 2 ** 32, stream: 9 + 5 * 2 ** 32 }, 11);
    const expected = [0, 1, 2].map((index) => block([index, 0, 9, 5], [7, 3])).join(" ");
    const got = [...words].map((word) => word.toString(16).padStart(8, "0")).join(" ");
    expect(got).toBe(expected.split(" ").slice(0, 11).join(" "));
  });
});

describe("distributions", () => {
  const stream = { seed: 3, stream: 4 };

  it("a uniform number is never 0 or 1", () => {
    expect(toUniform(0)).toBeGreaterThan(0);
    expect(toUniform(0xffffffff)).toBeLessThan(1);
  });

  it("normal numbers have mean 0, variance 1, and the fourth moment of a Gaussian", () => {
    const values = philoxNormal(stream, 40_001);
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.03);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.3);
  });

  it("normal pairs are cosine and sine of Box–Muller on words 2j and 2j + 1", () => {
    const [first, second] = philoxUint32(stream, 2);
    const radius = Math.sqrt(-2 * Math.log(toUniform(first!)));
    const angle = 2 * Math.PI * toUniform(second!);
    expect(philoxNormal(stream, 2)).toEqual(Float32Array.of(radius * Math.cos(angle), radius * Math.sin(angle)));
  });
});

describe("Random", () => {
  it("draws the words of its stream and goes on from its state", () => {
    const words = philoxUint32({ seed: 1, stream: 2 }, 12);
    const random = new Random(1, 2);
    for (let i = 0; i < 7; i++) expect(random.uint32()).toBe(words[i]);
    const resumed = new Random(1, 2, random.state);
    for (let i = 7; i < 12; i++) expect(resumed.uint32()).toBe(words[i]);
  });

  it("integers cover their range evenly", () => {
    const random = new Random(5);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 12_000; i++) counts[random.integer(6)]!++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it("shuffles are permutations, every position equally likely", () => {
    const random = new Random(6);
    const firsts = new Array<number>(4).fill(0);
    for (let i = 0; i < 4000; i++) {
      const items = random.shuffle([0, 1, 2, 3]);
      expect([...items].sort()).toEqual([0, 1, 2, 3]);
      firsts[items[0]!]!++;
    }
    for (const count of firsts) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});
