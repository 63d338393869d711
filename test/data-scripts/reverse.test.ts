// Source of truth: what the recipe promises, and JavaScript's own reversal of a list.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { reverse, reverseSplits } from "../../data-scripts/reverse.ts";
import { SPLITS } from "../../src/corpora/recipe.ts";

const output = mkdtempSync(join(tmpdir(), "nmt-reverse-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));
const lines = (name: string) => readFileSync(join(output, name), "utf8").trimEnd().split("\n");

test("writes sequences and their reversals, no sequence twice in any split", async () => {
  const [prepared] = await reverse.prepare({ output });
  expect(prepared).toMatchObject({
    pair: "src-tgt",
    folder: output,
    lines: { train: 20_000, valid: 500, test: 500 },
    unchanged: false,
  });
  const all: string[] = [];
  for (const split of SPLITS) {
    const [sources, targets] = [lines(`${split}.src`), lines(`${split}.tgt`)];
    expect(sources).toHaveLength(prepared!.lines[split]);
    expect(targets).toEqual(sources.map((text) => text.split(" ").reverse().join(" ")));
    all.push(...sources);
  }
  expect(new Set(all).size).toBe(21_000);
  const lengths = new Set(all.map((text) => text.split(" ").length));
  expect([...lengths].sort((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(new Set(all.join(" ").split(" ")).size).toBe(26);
});

test("is the same everywhere: the first test sequences of seed 1", () => {
  const { test: texts } = reverseSplits({ train: 0, valid: 0, test: 2 }, 1);
  expect(reverseSplits({ train: 5, valid: 5, test: 2 }, 1).test).toEqual(texts);
  expect(reverseSplits({ train: 0, valid: 0, test: 2 }, 2).test).not.toEqual(texts);
});

test("describes itself in corpus.json, and is prepared again only when a file has changed", async () => {
  const description = JSON.parse(readFileSync(join(output, "corpus.json"), "utf8"));
  expect(description).toMatchObject({
    name: "reverse",
    pair: "src-tgt",
    licence: expect.stringContaining("CC0"),
    lines: { train: 20_000 },
  });
  expect(Object.keys(description.sha256).sort()).toEqual([
    "test.src",
    "test.tgt",
    "train.src",
    "train.tgt",
    "valid.src",
    "valid.tgt",
  ]);
  const written = statSync(join(output, "train.src")).mtimeMs;
  expect((await reverse.prepare({ output }))[0]).toMatchObject({ unchanged: true, lines: { test: 500 } });
  expect(statSync(join(output, "train.src")).mtimeMs).toBe(written);
  writeFileSync(join(output, "test.tgt"), "changed\n");
  expect((await reverse.prepare({ output }))[0]).toMatchObject({ unchanged: false });
  expect(lines("test.tgt")).toHaveLength(500);
  writeFileSync(join(output, "corpus.json"), "{");
  expect((await reverse.prepare({ output }))[0]).toMatchObject({ unchanged: false });
});

test("refuses a language pair it does not have", async () => {
  await expect(reverse.prepare({ output, pairs: ["en-de"] })).rejects.toMatchObject({ name: "UsageError" });
});
