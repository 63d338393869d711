// Source of truth: the texts that are written here.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { baseRun, domainRuns } from "../../bench/adapters/runs.ts";
import { spread } from "../../bench/adapters/spread.ts";
import { prepareTexts } from "../../bench/adapters/texts.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-adapters-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lines = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name} ${"abcdefghij"[i % 10]}${i}`);

function corpus(name: string, count: number): string {
  const path = join(folder, name, "en-de");
  mkdirSync(path, { recursive: true });
  for (const part of ["train", "valid", "test"]) {
    for (const language of ["en", "de"]) {
      writeFileSync(join(path, `${part}.${language}`), lines(`${name} ${part} ${language}`, count).join("\n"));
    }
  }
  return path;
}

test("the base has its own text and a part of each domain's, and a domain the rest, the same text on one side", () => {
  const [general, one, other] = [corpus("general", 5), corpus("one", 40), corpus("other", 40)];
  const texts = prepareTexts(general, `${one}, ${other}`, { share: 0.5, pairs: 0, folder: join(folder, "text") });
  const read = (path: string) => readFileSync(path, "utf8").split("\n").slice(0, -1);
  const [base, ...domains] = [texts.base, ...texts.domains].map(({ train }) => read(`${train}.en`));
  expect(texts.domains.map(({ name }) => name)).toEqual(["one", "other"]);
  expect(base!.slice(0, 5)).toEqual(lines("general train en", 5));
  for (const [i, own] of domains.entries()) {
    const name = ["one", "other"][i]!;
    const shared = base!.filter((line) => line.startsWith(name));
    expect([...shared, ...own].sort()).toEqual(lines(`${name} train en`, 40).sort());
    // Those that differ in figures alone stay together.
    const letters = (some: readonly string[]) => new Set(some.map((line) => line.replace(/\d/g, "")));
    expect([...letters(shared)].filter((each) => letters(own).has(each))).toEqual([]);
    expect(shared.length * own.length).toBeGreaterThan(0);
  }
  expect(read(`${texts.base.train}.de`)).toEqual(base!.map((line) => line.replace(" en ", " de ")));
});

test("a domain's pairs are limited after the base has its part, beside the whole text", () => {
  const [general, one] = [corpus("general", 5), corpus("one", 40)];
  const [all, some] = [0, 6].map((pairs) =>
    prepareTexts(general, one, { share: 0.5, pairs, folder: join(folder, "few") }),
  );
  const read = (path: string) => readFileSync(path, "utf8").split("\n").slice(0, -1);
  const [whole, part] = [all, some].map((texts) => read(`${texts!.domains[0]!.train}.en`));
  expect(part).toHaveLength(6);
  expect(whole).toEqual(expect.arrayContaining(part!));
  expect(read(`${some!.domains[0]!.train}.de`)).toEqual(part!.map((line) => line.replace(" en ", " de ")));
  expect(read(`${some!.base.train}.en`)).toEqual(read(`${all!.base.train}.en`));
});

test("runs whose settings differ have folders that differ, and what is trained from the base has its own seed", () => {
  const texts = prepareTexts(corpus("general", 5), corpus("one", 40), { share: 0.5, pairs: 0, folder });
  const options = {
    ...{ work: folder, "base-steps": 9, hidden: 8, vocab: 50, "batch-size": 100, pairs: 0, steps: 6, threads: 1 },
    ...{ "learning-rate": 0.5, rank: 2, "adapter-learning-rate": 0.25 },
  };
  const changes = [{}, { steps: 7 }, { pairs: 5 }, { "learning-rate": 1 }, { rank: 3 }, { "adapter-learning-rate": 1 }];
  const all = changes.map((change) => domainRuns(texts, [1, 2], { ...options, ...change }));
  const folders = (kind: "full" | "adapter") => new Set(all.flat().map((runs) => runs[kind].save_model));
  expect([folders("full").size, folders("adapter").size]).toEqual([2 * 4, 2 * 5]);
  expect(all[0]!.map(({ seed, full, adapter }) => [seed, full.seed, adapter.seed])).toEqual([
    [1, 1, 1],
    [2, 2, 2],
  ]);
  expect(all[0]!.every(({ full }) => full.train_from === baseRun(texts, options).save_model)).toBe(true);
});

test("differences over seeds are those of each domain", () => {
  const differences = [
    { domain: "one", difference: 0.5 },
    { domain: "other", difference: 1 },
    { domain: "one", difference: -1 },
  ];
  expect(spread(differences)).toEqual([
    { domain: "one", seeds: 2, difference_mean: -0.25, difference_least: -1, difference_most: 0.5 },
    { domain: "other", seeds: 1, difference_mean: 1, difference_least: 1, difference_most: 1 },
  ]);
});

test("a folder without a corpus is refused", () => {
  const division = { share: 0.5, pairs: 0, folder };
  expect(() => prepareTexts(corpus("general", 5), join(folder, "none", "en-de"), division)).toThrow(/no corpus/);
});
