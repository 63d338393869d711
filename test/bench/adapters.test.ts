// Source of truth: the texts that are written here.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
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
  const texts = prepareTexts(general, `${one}, ${other}`, 0.5, join(folder, "text"));
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

test("a folder without a corpus is refused", () => {
  expect(() => prepareTexts(corpus("general", 5), join(folder, "none", "en-de"), 0.5, folder)).toThrow(/no corpus/);
});
