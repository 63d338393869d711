// Source of truth: exact counts of the same words by a Map.
import { expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { coveredAlphabet } from "../../../src/text/learning/alphabet.ts";
import { RunCounts } from "../../../src/text/learning/run-counts.ts";
import { codePointsOf } from "../../../src/text/tables/code-points.ts";

const random = new Random(9);
const letters = [..."▁abcdefghijklmnopqrstuvwxyzäöüß"];
const common = Array.from(
  { length: 100 },
  (_, i) => `▁common${letters[1 + (i % 30)]}${letters[1 + Math.floor(i / 30)]}`,
);

/** Every other word is one of a hundred, the rest are hardly ever seen twice. */
function words(count: number): string[] {
  const rare = () => `▁${Array.from({ length: 8 }, () => letters[1 + random.integer(30)]!).join("")}`;
  return Array.from({ length: count }, (_, i) => (i % 2 === 0 ? common[random.integer(100)]! : rare()));
}

function countWords(texts: readonly string[], mostUnits: number): RunCounts {
  const runs = new RunCounts([], mostUnits);
  for (const text of texts) {
    runs.add(
      Uint16Array.from(text, (unit) => unit.charCodeAt(0)),
      text.length,
    );
  }
  return runs;
}

function countsOf(runs: RunCounts): Map<string, number> {
  return new Map(
    Array.from({ length: runs.size }, (_, run) => [String.fromCharCode(...runs.unitsOf(run)), runs.countOf(run)]),
  );
}

const texts = words(60_000);
const exact = new Map<string, number>();
for (const text of texts) exact.set(text, (exact.get(text) ?? 0) + 1);

test("counts are exact where all runs fit", () => {
  const runs = countWords(texts, 1 << 20);
  expect(countsOf(runs)).toEqual(exact);
  expect(runs.forgotten).toBe(0);
});

test("where they do not, frequent runs keep their counts and rare ones are forgotten, within the bound", () => {
  const bound = 20_000;
  const runs = countWords(texts, bound);
  const counts = countsOf(runs);
  expect([...counts.keys()].join("").length).toBeLessThanOrEqual(bound);
  expect(runs.forgotten).toBeGreaterThan(0);
  for (const word of common) expect(counts.get(word), word).toBe(exact.get(word));
  for (const [word, count] of counts) expect(count, word).toBeLessThanOrEqual(exact.get(word)!);
});

test("no character is lost with the runs it was in", () => {
  const characters = (runs: RunCounts) => {
    const counts = new Map(runs.dropped);
    for (let run = 0; run < runs.size; run++) {
      for (const point of codePointsOf(runs.unitsOf(run))) {
        counts.set(point, (counts.get(point) ?? 0) + runs.countOf(run));
      }
    }
    return new Map([...counts].sort(([a], [b]) => a - b));
  };
  const bounded = countWords(texts, 20_000);
  const whole = countWords(texts, 1 << 20);
  expect(characters(bounded)).toEqual(characters(whole));
  expect(coveredAlphabet(bounded, 0.999)).toEqual(coveredAlphabet(whole, 0.999));
});

test("of runs that are all equally rare, a fair share stays", () => {
  const bound = 20_000;
  const unique = [...new Set(words(40_000).filter((word) => !common.includes(word)))];
  const counts = countsOf(countWords(unique, bound));
  const units = [...counts.keys()].join("").length;
  expect(units).toBeGreaterThan(0.45 * bound);
  expect(units).toBeLessThanOrEqual(bound);
  // Runs seen before the last time some were forgotten, by the third of the text they were in: equal but for chance.
  const settled = unique.slice(0, unique.length - bound / 9);
  const thirds = [0, 1, 2].map((third) => {
    const part = settled.slice((third * settled.length) / 3, ((third + 1) * settled.length) / 3);
    return part.filter((word) => counts.has(word)).length;
  });
  const mean = thirds.reduce((a, b) => a + b, 0) / 3;
  for (const count of thirds) expect(Math.abs(count - mean), thirds.join()).toBeLessThan(5 * Math.sqrt(mean));
});
