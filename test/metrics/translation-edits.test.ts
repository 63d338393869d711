/** Sources of truth: the plain table of Levenshtein distances; the examples of Snover et al. 2006, section 2. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { BeamEditDistance } from "../../src/metrics/beam-edit-distance.ts";
import { TranslationEdits } from "../../src/metrics/translation-edits.ts";
import { WordNumbers } from "../../src/metrics/word-numbers.ts";

function levenshtein(a: Int32Array, b: Int32Array): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1), row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

function edits(hypothesis: string, reference: string): number {
  const words = new WordNumbers();
  const split = (text: string) => words.of(text === "" ? [] : text.split(" "));
  return new TranslationEdits().between(split(hypothesis), split(reference));
}

describe("BeamEditDistance", () => {
  const random = new Random(8);
  const sentence = (longest: number) =>
    Int32Array.from({ length: 1 + random.integer(longest) }, () => random.integer(6));

  it("equals the plain table inside the beam", () => {
    for (let i = 0; i < 200; i++) {
      const [a, b] = [sentence(24), sentence(24)];
      expect(new BeamEditDistance(a.length, b).align(a).distance).toBe(levenshtein(a, b));
    }
  });

  it("aligns with as many errors as edits", () => {
    for (let i = 0; i < 100; i++) {
      const [a, b] = [sentence(20), sentence(20)];
      const { distance, hypothesisErrors, referenceErrors, positions } = new BeamEditDistance(a.length, b).align(a);
      const wrong = (errors: Uint8Array) => errors.reduce((sum, error) => sum + error, 0);
      expect(Math.max(wrong(hypothesisErrors), wrong(referenceErrors))).toBeLessThanOrEqual(distance);
      expect(wrong(hypothesisErrors) + wrong(referenceErrors)).toBeGreaterThanOrEqual(distance);
      for (let j = 0; j < b.length; j++) {
        if (referenceErrors[j] === 0) expect(a[positions[j]!]).toBe(b[j]);
      }
    }
  });

  it("finds a changed sentence's distance exactly when it is within the limit", () => {
    for (let i = 0; i < 300; i++) {
      const [a, b] = [sentence(24), sentence(24)];
      const distances = new BeamEditDistance(a.length, b);
      distances.align(a);
      const from = random.integer(a.length);
      const changed = a.map((word, at) => (at < from ? word : random.integer(6)));
      const expected = levenshtein(changed, b);
      for (const limit of [expected - 2, expected - 1, expected, expected + 1, expected + 7]) {
        const found = distances.distanceWithin(changed, from, limit);
        if (expected <= limit) expect(found).toBe(expected);
        else expect(found).toBeGreaterThan(limit);
      }
    }
  });
});

describe("TranslationEdits", () => {
  it("counts a moved phrase once", () => {
    const reference = "SAUDI ARABIA denied THIS WEEK information published in the AMERICAN new york times";
    const hypothesis = "THIS WEEK THE SAUDIS denied information published in the new york times";
    expect(edits(hypothesis, reference)).toBe(4);
  });

  it("needs deletions only against an empty reference, insertions only for an empty hypothesis", () => {
    expect(edits("a b c", "")).toBe(3);
    expect(edits("", "a b")).toBe(2);
    expect(edits("", "")).toBe(0);
  });

  it("moves runs to either side, to the start and to the end", () => {
    expect(edits("d a b c", "a b c d")).toBe(1);
    expect(edits("b c d a", "a b c d")).toBe(1);
    expect(edits("a d e b c f", "a b c d e f")).toBe(1);
    expect(edits("d e f a b c", "a b c d e f")).toBe(1);
  });

  it("moves a word over 50 others, and none over 51", () => {
    const others = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`).join(" ");
    expect(edits(`moved ${others(50)}`, `${others(50)} moved`)).toBe(1);
    expect(edits(`moved ${others(51)}`, `${others(51)} moved`)).toBe(2);
  });

  it("shifts only as long as each shift pays for itself", () => {
    // Two shifts would do, but the first of them lowers no distance.
    expect(edits("e f c d a b", "a b c d e f")).toBe(4);
  });
});
