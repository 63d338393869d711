/** Source of truth: counting by hand which lines of a training text stand in held-out text too. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
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
  [" 10 11 ", "99"], // its source alone, spaces around
  ["98", "22"], // a target
  ["12", "24"], // a source of one held-out corpus, a target of the other, no pair
  ["97", "96"],
  ["", "23"], // a target whose held-out source is blank; cleaning drops it, and it was read all the same
];

describe("text that is held out too", () => {
  test("is counted by side and by pair, and stays in training", async () => {
    const prepared = await prepareCorpus(trainingOn("counted", pairs, [valid, tested]));
    expect(prepared.heldOut).toMatchObject({ sources: 3, targets: 4, pairs: 1 });
    expect(prepared.report).toMatchObject({ read: 6, kept: 5 });
    expect(readFileSync(join(prepared.folder, "cleaning.html"), "utf8")).toMatch(
      /also in validation or test files[\s\S]*source lines<\/td><td>3/,
    );
  });

  test("of a text of one side is looked for among targets", async () => {
    const options = trainingOn(
      "one-sided",
      [
        ["22", ""],
        ["7", ""],
        ["10 11", ""],
      ],
      [valid],
    );
    const prepared = await prepareCorpus({ ...options, pathTgt: undefined });
    expect(prepared.heldOut).toMatchObject({ sources: 0, targets: 1, pairs: 0 });
  });

  test("is counted anew where other texts are held out, without encoding again", async () => {
    const first = await prepareCorpus(trainingOn("again", pairs, [valid]));
    expect(first.heldOut).toMatchObject({ sources: 3, targets: 3, pairs: 1 });
    const wordpieces = {
      ...trainingOn("again", pairs, [valid]).wordpieces,
      encode: () => {
        throw new Error("encoded again");
      },
    };
    const again = await prepareCorpus({ ...trainingOn("again", pairs, [tested]), wordpieces });
    expect(again.heldOut).toMatchObject({ sources: 0, targets: 1, pairs: 0 });
    const none = await prepareCorpus({ ...trainingOn("again", pairs), wordpieces });
    expect(none.heldOut).toBeUndefined();
  });

  test("is read once for all corpora of a run", async () => {
    const paths = { pathSrc: textFile("once.src", ["10 11"]), pathTgt: textFile("once.tgt", ["20 21"]) };
    const heldOut = new HeldOutText([paths]);
    const first = await prepareCorpus({ ...trainingOn("first", pairs), heldOut });
    for (const path of Object.values(paths)) rmSync(path);
    const second = await prepareCorpus({ ...trainingOn("second", pairs), heldOut });
    expect(first.heldOut).toMatchObject({ sources: 2, targets: 1, pairs: 1 });
    expect(second.heldOut).toEqual(first.heldOut);
  });
});
