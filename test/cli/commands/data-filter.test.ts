/** Source of truth: the scores of `nmt score`, and the rules of cleaning on their own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { type LogSink, setLogSink } from "../../../src/base/logger.ts";
import { dataFilterCommand } from "../../../src/cli/commands/data/filter.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { scorePairs } from "../../../src/decoding/force-score.ts";
import { dualCrossEntropy } from "../../../src/filtering/dual-cross-entropy.ts";
import { loadTranslationModel } from "../../../src/inference/open-model.ts";
import { writePairModels } from "../../server/toy-models.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-data-filter-"));
const [src, tgt] = [join(folder, "a.en"), join(folder, "a.de")];
const pairs = [
  ["abc de", "fed"],
  ["bad 1", "dab 2"],
  ["cab", "bac fe"],
  ["fed abc", "fed abc"],
  ["deaf", "feed"],
  ["a b c", "c b"],
] as const;
let models: string[];
let logged: string[] = [];
let sink: LogSink;

beforeAll(async () => {
  sink = setLogSink((line) => logged.push(line));
  await selectBackend({ backend: "cpu" });
  models = await writePairModels(["en-de", "de-en"]);
  writeFileSync(src, pairs.map(([source]) => `${source}\n`).join(""));
  writeFileSync(tgt, pairs.map(([, target]) => `${target}\n`).join(""));
});
afterAll(() => {
  setLogSink(sink);
  rmSync(folder, { recursive: true });
});

async function filter(output: string, ...options: string[]): Promise<string[]> {
  logged = [];
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const given = ["--src", src, "--tgt", tgt, "--pair", "en-de", "--output", join(folder, output)];
    await runCommand(dataFilterCommand, ["data", "filter", ...given, ...options], "data filter");
  } finally {
    written.mockRestore();
  }
  return readFileSync(join(folder, output, "train.en"), "utf8")
    .trimEnd()
    .split("\n");
}

test("rules are those of a configuration, and of a recipe", async () => {
  const recipe = join(folder, "r.filters.json");
  writeFileSync(recipe, JSON.stringify({ filters: [{ filter: "max_length", parameters: { MAXLENGTH: 2 } }] }));
  const kept = await filter("rules", "--cleaning", "{numbers: true, untranslated: 1}", "--opuscleaner", recipe);
  expect(kept).toEqual(["abc de", "cab", "deaf"]);
  expect(logged.join("\n")).toMatch(
    /3 of 6 pairs kept.*1 dropped: words.*1 dropped: numbers differ.*1 dropped: untranslated/s,
  );
  await expect(filter("rules", "--cleaning", "{number: true}")).rejects.toMatchObject({ name: "ConfigError" });
});

test("two models keep the pairs that they agree on, for any number of threads", async () => {
  const entropies = async (directory: string, turned: boolean) => {
    const loaded = await loadTranslationModel(directory);
    const lines = pairs.map(([a, b]) => (turned ? { source: b, target: a } : { source: a, target: b }));
    const scores = await scorePairs(loaded, lines);
    loaded.model.dispose();
    return scores.map(({ logProbability, tokens }) => -logProbability / tokens.length);
  };
  const [forward, backward] = [await entropies(models[0]!, false), await entropies(models[1]!, true)];
  const values = pairs.map((_, i) => dualCrossEntropy({ forward: forward[i]!, backward: backward[i]! }));
  const best = [...values.keys()].sort((a, b) => values[a]! - values[b]!).slice(0, 3);
  const expected = pairs.filter((_, i) => best.includes(i)).map(([source]) => source);
  for (const threads of ["1", "2"]) {
    const options = ["--model", ...models, "--keep_best", "50", "--threads", threads];
    expect(await filter(`scored-${threads}`, ...options)).toEqual(expected);
  }
  const scores = (threads: number) => readFileSync(join(folder, `scored-${threads}`, "scores.bin"), "base64");
  expect(scores(2)).toBe(scores(1));
  expect(logged.join("\n")).toMatch(/3 dropped: badly scored.*6 pairs scored; the worst that is kept has \d/s);
});

test("what makes no sense is refused, and no other corpus is replaced", async () => {
  await expect(filter("x", "--model", models[0]!)).rejects.toThrow("--model names 1 models, not two");
  await expect(filter("x", "--keep_best", "0")).rejects.toThrow("--keep_best is 0");
  writeFileSync(join(folder, "train.en"), "mine\n");
  await expect(filter("")).rejects.toMatchObject({ name: "UsageError", where: join(folder, "train.en") });
  expect(readFileSync(join(folder, "train.en"), "utf8")).toBe("mine\n");
});
