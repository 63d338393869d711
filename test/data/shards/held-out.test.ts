/** Source of truth: counting by hand which lines of a training text stand in held-out text too. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { HeldOutHashes } from "../../../src/data/cleaning/held-out-hashes.ts";
import { type HeldOutCorpus, HeldOutText } from "../../../src/data/shards/held-out.ts";
import { prepareCorpus } from "../../../src/data/shards/prepare.ts";
import { generatedOptions } from "./prepared-corpus.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-held-out-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function textFile(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

function trainingOn(name: string, pairs: readonly [string, string][], heldOut?: HeldOutCorpus[]) {
  const options = generatedOptions(join(folder, name), { pairs: 1, seed: 1 });
  writeFileSync(options.pathSrc, pairs.map(([source]) => `${source}\n`).join(""));
  writeFileSync(options.pathTgt!, pairs.map(([, target]) => `${target}\n`).join(""));
  return { ...options, heldOut: heldOut === undefined ? undefined : new HeldOutText(heldOut) };
}

const valid = {
  pathSrc: textFile("valid.src", ["10 11", "12", ""]),
  pathTgt: textFile("valid.tgt", ["20 21", "22", "23"]),
};
const tested = { pathSrc: textFile("test.src", ["13"]), pathTgt: textFile("test.tgt", ["24"]) };

const pairs: [string, string][] = [
  ["10 11", "20 21"], // a pair of valid
  [" 10  11 ", "99"], // its source alone, with other spaces
  ["98", "22"], // a target
  ["12", "24"], // a source of one held-out corpus, a target of the other, no pair
  ["20 21", "10 11"], // the other way round
  ["97", "96"],
  ["", "23"], // a target whose held-out source is blank
];
const files = [
  { path: valid.pathSrc, count: 4 },
  { path: valid.pathTgt, count: 4 },
  { path: tested.pathTgt, count: 1 },
];
const found = { lines: 6, sources: 4, targets: 5, pairs: 1, files };

describe("text that is held out too", () => {
  test("is left out, and counted by side, pair and file", async () => {
    const prepared = await prepareCorpus(trainingOn("dropped", pairs, [valid, tested]));
    expect(prepared.heldOut).toMatchObject({ ...found, dropped: true });
    expect(prepared.report).toMatchObject({ read: 7, kept: 1, dropped: { "held-out text": { count: 6 } } });
    expect(readFileSync(join(prepared.folder, "cleaning.html"), "utf8")).toMatch(
      /also in validation or test files[\s\S]*left out of training[\s\S]*lines<\/td><td>6[\s\S]*valid.tgt<\/td><td>4/,
    );
  });

  test("is counted and stays where that is asked for", async () => {
    const prepared = await prepareCorpus({ ...trainingOn("counted", pairs, [valid, tested]), dropHeldOut: false });
    expect(prepared.heldOut).toMatchObject({ ...found, dropped: false });
    expect(prepared.report).toMatchObject({ read: 7, kept: 6 });
    expect(readFileSync(join(prepared.folder, "cleaning.html"), "utf8")).toContain("They stay in training.");
  });

  test("of a text of one side is looked for in files of both", async () => {
    const lines = ["22", "7", "10 11"].map((line): [string, string] => [line, ""]);
    const options = trainingOn("one-sided", lines, [valid]);
    const prepared = await prepareCorpus({ ...options, pathTgt: undefined });
    expect(prepared.heldOut).toMatchObject({ lines: 2, sources: 0, targets: 2, pairs: 0 });
    expect(prepared.report.kept).toBe(1);
  });

  test("is known whatever its white space, its case and its forms of the same letters", async () => {
    const held = {
      pathSrc: textFile("forms.src", ["The\u00a0ﬁne  Dog"]),
      pathTgt: textFile("forms.tgt", ["Über dem Ｂerg"]),
    };
    const hashes = new HeldOutHashes(await new HeldOutText([held]).tables());
    const is = (source: string, target: string) => hashes.count(hashes.noOverlap(), source, target);
    expect(is("the fine dog ", "?")).toBe(true);
    expect(is("?", "u\u0308ber DEM Berg")).toBe(true);
    expect(is("the fine dogs", "über den Berg")).toBe(false);
    expect(is("thefine dog", "über dem Berg.")).toBe(false);
  });

  test("makes another corpus of the same text where it is dropped", async () => {
    const first = await prepareCorpus(trainingOn("other", pairs, [valid]));
    expect(first.report.kept).toBe(1);
    const second = await prepareCorpus(trainingOn("other", pairs, [tested]));
    expect(second.report.kept).toBe(5);
    const counted = { ...trainingOn("other", pairs, [tested]), dropHeldOut: false };
    expect((await prepareCorpus(counted)).report.kept).toBe(6);
    const all = await prepareCorpus(trainingOn("other", pairs));
    expect(all.report.kept).toBe(6);
    const fingerprints = [first, second, all].map(({ fingerprint }) => fingerprint);
    expect(new Set(fingerprints).size).toBe(3);
  });

  test("is counted anew where other texts are held out and it stays, without encoding again", async () => {
    const counting = (heldOut?: HeldOutCorpus[]) => ({ ...trainingOn("again", pairs, heldOut), dropHeldOut: false });
    const first = await prepareCorpus(counting([valid]));
    expect(first.heldOut).toMatchObject({ lines: 6, sources: 4, targets: 4, pairs: 1 });
    const encode = () => {
      throw new Error("encoded again");
    };
    const wordpieces = { ...counting([valid]).wordpieces, encode };
    const again = await prepareCorpus({ ...counting([tested]), wordpieces });
    expect(again.heldOut).toMatchObject({ lines: 1, sources: 0, targets: 1, pairs: 0, files: [{ count: 1 }] });
    const none = await prepareCorpus({ ...counting(), wordpieces });
    expect(none.heldOut).toBeUndefined();
  });

  test("is read once for all corpora of a run", async () => {
    const paths = { pathSrc: textFile("once.src", ["10 11"]), pathTgt: textFile("once.tgt", ["20 21"]) };
    const heldOut = new HeldOutText([paths]);
    const first = await prepareCorpus({ ...trainingOn("first", pairs), heldOut });
    for (const path of Object.values(paths)) rmSync(path);
    const second = await prepareCorpus({ ...trainingOn("second", pairs), heldOut });
    expect(first.heldOut).toMatchObject({ sources: 3, targets: 2, pairs: 1 });
    expect(second.heldOut).toEqual(first.heldOut);
  });
});
