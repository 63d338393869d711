/** Source of truth: sacreBLEU 2.6.0 on generated systems of three qualities, German, Chinese and Japanese (golden/extract.py). */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type ExtractGolden, readGolden } from "./golden.ts";
import { testComparison, testSystemScores } from "./system-scores.ts";

const golden = readGolden<ExtractGolden>("extract.json");

function linesOf(name: string): string[] {
  return readFileSync(new URL(`./golden/extract/${name}`, import.meta.url), "utf8")
    .replace(/\n$/, "")
    .split("\n");
}

testSystemScores(golden, linesOf);
for (const comparison of golden.comparisons) testComparison(comparison, linesOf);

test("every file has 200 lines, and the systems stand in the order of their quality", () => {
  for (const { systems, refs, paired } of golden.comparisons) {
    for (const name of [...systems, ...refs]) expect(linesOf(name), name).toHaveLength(200);
    for (const { metric, results } of paired) {
      const scores = results.map(({ score }) => (metric === "ter" ? -score : score));
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(results.at(-1)!.p).toBeLessThan(0.05);
    }
  }
});
