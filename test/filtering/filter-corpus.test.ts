/** Source of truth: the formula of Junczys-Dowmunt 2018, and sorting by it here. */
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { DEFAULT_CLEANING } from "../../src/data/cleaning/clean.ts";
import { bestShare, dualCrossEntropy } from "../../src/filtering/dual-cross-entropy.ts";
import { type FilterOptions, filterCorpus, type PairScorer } from "../../src/filtering/filter-corpus.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-filtering-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("dual cross-entropy is what the two differ by and their mean", () => {
  expect(dualCrossEntropy({ forward: 2, backward: 2 })).toBe(2);
  expect(dualCrossEntropy({ forward: 1, backward: 4 })).toBe(3 + 2.5);
  expect(dualCrossEntropy({ forward: 4, backward: 1 })).toBe(3 + 2.5);
  expect(dualCrossEntropy({ forward: Number.POSITIVE_INFINITY, backward: Number.POSITIVE_INFINITY })).toBe(Infinity);
});

test("the best share has the smallest values, of equal ones the first", () => {
  expect([...bestShare(Float64Array.of(3, 1, 2, 2, 2), 0.6)]).toEqual([0, 1, 1, 1, 0]);
  expect([...bestShare(Float64Array.of(3, Infinity, 2), 0.01)]).toEqual([0, 0, 1]);
  expect([...bestShare(Float64Array.of(Infinity, Infinity), 0.5)]).toEqual([1, 0]);
  expect([...bestShare(Float64Array.of(2, 1), 1)]).toEqual([1, 1]);
  expect(bestShare(new Float64Array(0), 0.5)).toHaveLength(0);
});

const random = new Random(9);
const sources = Array.from({ length: 5000 }, (_, i) => `s${i} ${random.integer(1000)}`);
const targets = sources.map((_, i) => (i % 10 === 3 ? "" : `t${i} ${random.integer(1000)}`));
const [pathSrc, pathTgt] = [join(folder, "a.en"), join(folder, "a.de")];
writeFileSync(pathSrc, `${sources.join("\n")}\n`);
writeFileSync(pathTgt, `${targets.join("\n")}\n`);

/** Entropies are the numbers of the texts. */
const numberOf = (text: string) => Number(text.split(" ")[1]) / 100;
function scorer(calls: number[] = [], failAt = Infinity, identity = "one"): PairScorer {
  return {
    identity,
    score: async (pairs) => {
      if (calls.length >= failAt) throw new Error("stopped");
      calls.push(pairs.length);
      return pairs.map(({ source, target }) => [numberOf(source), numberOf(target)] as const);
    },
  };
}

const optionsIn = (name: string, more: Partial<FilterOptions> = {}): FilterOptions => ({
  ...{ pathSrc, pathTgt, languages: ["en", "de"], dropDuplicates: true, folder: join(folder, name), keepBest: 0.25 },
  cleaning: DEFAULT_CLEANING,
  ...more,
});
const written = (name: string) =>
  ["train.en", "train.de", "filter.json", "cleaning.html"].map((file) =>
    readFileSync(join(folder, name, file), "utf8"),
  );

describe("a filtered corpus", () => {
  test("has what the rules keep, and is reported", async () => {
    const { read, kept, dropped, scored } = await filterCorpus(optionsIn("rules"));
    expect({ read, kept, scored }).toEqual({ read: 5000, kept: 4500, scored: undefined });
    expect(dropped.empty).toMatchObject({ count: 500 });
    const [en, de, json] = written("rules");
    const keptLines = (lines: string[]) =>
      lines
        .filter((_, i) => targets[i] !== "")
        .map((line) => `${line}\n`)
        .join("");
    expect([en, de]).toEqual([keptLines(sources), keptLines(targets)]);
    expect(JSON.parse(json!)).toMatchObject({ read: 5000, kept: 4500 });
  });

  test("has the best scored of it, in the order of the text", async () => {
    const record = await filterCorpus(optionsIn("best", { scorer: scorer() }));
    const values = sources.map((source, i) => {
      const [a, b] = [numberOf(source), numberOf(targets[i]!)];
      return targets[i] === "" ? Infinity : Math.abs(a - b) + (a + b) / 2;
    });
    const order = [...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b).slice(0, 1125);
    const best = new Set(order);
    expect(written("best")[0]).toBe(
      sources
        .filter((_, i) => best.has(i))
        .map((line) => `${line}\n`)
        .join(""),
    );
    expect(record).toMatchObject({ kept: 1125, scored: 4500, worstKept: values[order.at(-1)!] });
    expect(record.dropped["badly scored"]!.count).toBe(4500 - 1125);
  });

  test("is the same after stops, and no pair is scored twice", async () => {
    await filterCorpus(optionsIn("whole", { scorer: scorer() }));
    const calls: number[] = [];
    const stopped = optionsIn("stopped", { scorer: scorer(calls, 1) });
    await expect(filterCorpus(stopped)).rejects.toThrow("stopped");
    expect(existsSync(join(folder, "stopped", "train.en"))).toBe(false);
    // A kill in the middle of a write leaves half of a score.
    truncateSync(join(folder, "stopped", "scores.bin"), 16 * 1500 + 5);
    await filterCorpus(optionsIn("stopped", { scorer: scorer(calls) }));
    expect(calls).toEqual([2000, 2000, 1000]);
    expect(written("stopped")).toEqual(written("whole"));
    await filterCorpus(optionsIn("stopped", { scorer: scorer(calls), keepBest: 0.5 }));
    expect(calls).toHaveLength(3);
    expect(written("stopped")[0]!.split("\n")).toHaveLength(2251);
    await filterCorpus(optionsIn("stopped", { scorer: scorer(calls, Infinity, "another model") }));
    expect(calls).toHaveLength(6);
    const rules = { ...DEFAULT_CLEANING, maxCharacters: 8 };
    await filterCorpus(optionsIn("stopped", { scorer: scorer(calls, Infinity, "another model"), cleaning: rules }));
    expect(calls.length).toBeGreaterThan(6);
  });

  test("of nothing is an error that leaves no file", async () => {
    const none = { ...DEFAULT_CLEANING, maxCharacters: 1 };
    await expect(filterCorpus(optionsIn("none", { cleaning: none }))).rejects.toMatchObject({ name: "DataError" });
    expect(existsSync(join(folder, "none", "train.en"))).toBe(false);
  });
});
