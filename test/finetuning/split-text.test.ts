/** Source of truth: what the split promises: each source's text on one side alone, the same parts for the same seed, sizes as asked for. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { type SplitOptions, splitText } from "../../src/finetuning/split-text.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-split-"));
afterAll(() => rmSync(folder, { recursive: true }));

let texts = 0;

function write(pairs: readonly (readonly [string, string])[]) {
  const name = join(folder, `text-${texts++}`);
  const [pathSrc, pathTgt] = [`${name}.en`, `${name}.de`];
  writeFileSync(pathSrc, pairs.map(([source]) => `${source}\n`).join(""));
  writeFileSync(pathTgt, pairs.map(([, target]) => `${target}\n`).join(""));
  return { pathSrc, pathTgt };
}

const words = (i: number) => i.toString(26).replace(/\d/g, (digit) => "qrstuvwxyz"[Number(digit)]!);
const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => [`text ${words(i)}`, `Text ${words(i)}`] as const);

async function split(inputs: ReturnType<typeof write>[], options: Partial<SplitOptions> = {}) {
  const into = join(folder, `out-${texts++}`);
  mkdirSync(into);
  const written = await splitText(inputs, into, { seed: 1, heldOut: 50, endings: ["en", "de"], ...options });
  const lines = (path: string) => readFileSync(path, "utf8").split("\n").slice(0, -1);
  return Object.fromEntries(
    Object.entries(written).map(([part, { pathSrc, pathTgt, pairs }]) => {
      const [sources, targets] = [lines(pathSrc), lines(pathTgt)];
      expect([sources.length, targets.length]).toEqual([pairs, pairs]);
      return [part, sources.map((source, i) => `${source} → ${targets[i]}`)];
    }),
  ) as Record<"train" | "valid" | "test", string[]>;
}

test("every pair is in one part, held-out parts have about as many as asked for, and the order of the text stays", async () => {
  const all = numbered(2000);
  const { train, valid, test: held } = await split([write(all)]);
  for (const part of [valid, held]) {
    expect(part.length).toBeGreaterThan(25);
    expect(part.length).toBeLessThan(80);
  }
  const place = new Map(all.map(([source, target], i) => [`${source} → ${target}`, i]));
  for (const part of [train, valid, held]) {
    const places = part.map((pair) => place.get(pair)!);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  }
  expect(new Set([...train, ...valid, ...held]).size).toBe(2000);
});

test("held-out parts are a tenth of little text at most", async () => {
  const { valid, test: held } = await split([write(numbered(200))], { heldOut: 500 });
  expect(valid.length + held.length).toBeGreaterThan(15);
  expect(valid.length + held.length).toBeLessThan(70);
});

test("sources that say the same are on one side, once where they are held out", async () => {
  const random = new Random(3);
  const variants = numbered(400).flatMap(([source, target]) => [
    [source, target] as const,
    [`${source.toUpperCase()}!`, target] as const,
    [`  ${source} 12`, `${target} 12`] as const,
    [source, `anders ${target}`] as const,
  ]);
  const { train, valid, test: held } = await split([write(random.shuffle(variants))]);
  const said = (part: readonly string[]) =>
    part.map((pair) =>
      pair
        .split(" → ")[0]!
        .toLowerCase()
        .replace(/[^a-z]+/g, " ")
        .trim(),
    );
  const [trained, validated, tested] = [train, valid, held].map(said);
  expect(validated!.length + tested!.length).toBeGreaterThan(20);
  for (const part of [validated!, tested!]) {
    expect(new Set(part).size).toBe(part.length);
    expect(part.filter((text) => trained!.includes(text))).toEqual([]);
  }
  expect(validated!.filter((text) => tested!.includes(text))).toEqual([]);
  expect(trained!.length).toBe(4 * new Set(trained).size);
});

test("the same seed cuts the same, whatever the files; another one other pairs", async () => {
  const all = numbered(1000);
  const one = await split([write(all)]);
  const two = await split([write(all.slice(0, 300)), write(all.slice(300))]);
  expect(two).toEqual(one);
  const other = await split([write(all)], { seed: 2 });
  expect(other.test.filter((pair) => one.test.includes(pair)).length).toBeLessThan(15);
});

test("a limit leaves a sample to train on, and held-out parts as they are", async () => {
  const all = [write(numbered(2000))];
  const [whole, some] = [await split(all), await split(all, { mostTrain: 300 })];
  expect([some.valid, some.test]).toEqual([whole.valid, whole.test]);
  expect(some.train.length).toBeGreaterThan(200);
  expect(some.train.length).toBeLessThan(400);
  expect(some.train.filter((pair) => !whole.train.includes(pair))).toEqual([]);
  const places = some.train.map((pair) => whole.train.indexOf(pair));
  expect(Math.max(...places) - Math.min(...places)).toBeGreaterThan(1500);
});

test("nothing is held out where nothing is asked for", async () => {
  const { train, valid, test: held } = await split([write(numbered(30))], { heldOut: 0 });
  expect([train.length, valid.length, held.length]).toEqual([30, 0, 0]);
});

test("blank lines are no pairs, and text without letters is told apart", async () => {
  const pairs = [...numbered(60), ["", "leer"] as const, ["empty", "  "] as const];
  const digits = Array.from({ length: 300 }, (_, i) => [`${i}`, `${i}`] as const);
  const { train, valid, test: held } = await split([write([...pairs, ...digits])], { heldOut: 30 });
  expect(train.length + valid.length + held.length).toBe(360);
  expect(valid.some((pair) => /^\d/.test(pair))).toBe(true);
  expect(train.some((pair) => /^\d/.test(pair))).toBe(true);
});

test("text of too few pairs is refused, and leaves no files", async () => {
  const { pathSrc, pathTgt } = write(numbered(49));
  await expect(split([{ pathSrc, pathTgt }])).rejects.toMatchObject({
    name: "DataError",
    message: "there are 49 pairs of text, too few to hold some out",
    where: pathSrc,
  });
});
