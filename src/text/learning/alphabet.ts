/** The alphabet of a wordpiece model, and text as symbols of it. */
import { codePointsOf } from "../tables/code-points.ts";
import { BREAK, type SymbolRuns } from "./merge-learner.ts";
import type { RunCounts } from "./run-counts.ts";

/**
 * The most frequent characters that together make up the share `coverage` of the text, most frequent first, and then those of
 * `required` that are not among them.
 */
export function coveredAlphabet(runs: RunCounts, coverage: number, required = ""): string[] {
  const counts = new Map(runs.dropped);
  let total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  for (let run = 0; run < runs.size; run++) {
    const count = runs.countOf(run);
    for (const codePoint of codePointsOf(runs.unitsOf(run))) {
      // Readers of the format end texts at a zero character.
      if (codePoint === 0) continue;
      counts.set(codePoint, (counts.get(codePoint) ?? 0) + count);
      total += count;
    }
  }
  const alphabet: string[] = [];
  let covered = 0;
  for (const [codePoint, count] of [...counts].sort(([a, countA], [b, countB]) => countB - countA || a - b)) {
    if (covered / total >= coverage) break;
    alphabet.push(String.fromCodePoint(codePoint));
    covered += count;
  }
  const known = new Set(alphabet);
  return [...alphabet, ...new Set([...required].filter((character) => !known.has(character)))];
}

/** The runs as symbols, numbered as in the alphabet; other characters break a run. */
export function symbolRuns(runs: RunCounts, alphabet: readonly string[]): SymbolRuns {
  const symbolOf = new Map(alphabet.map((character, symbol) => [character.codePointAt(0)!, symbol]));
  let places = 1;
  for (let run = 0; run < runs.size; run++) places += runs.unitsOf(run).length + 1;
  const symbols = new Int32Array(places).fill(BREAK);
  const runOf = new Int32Array(places);
  const counts = new Float64Array(runs.size);
  let place = 1;
  for (let run = 0; run < runs.size; run++) {
    counts[run] = runs.countOf(run);
    for (const codePoint of codePointsOf(runs.unitsOf(run))) {
      symbols[place] = symbolOf.get(codePoint) ?? BREAK;
      runOf[place++] = run;
    }
    place++;
  }
  return { symbols: symbols.subarray(0, place), runs: runOf, counts };
}
