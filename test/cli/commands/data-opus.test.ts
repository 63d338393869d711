// Source of truth: archives made in opus-answers.ts.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { serveHosts } from "../../corpora/sources/host-server.ts";
import { opusAnswer } from "../../corpora/sources/opus-answers.ts";
import { writtenBy } from "../written-by.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-data-opus-"));
const server = await serveHosts(opusAnswer);
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...words: string[]) =>
  writtenBy("data", "opus", ...words, "--mirror", server.url, "--cache", join(folder, "cache"));

test("downloads a corpus and names its files", async () => {
  const output = join(folder, "out");
  const { code, out, err } = await run("Phrases", "--pair", "en-de", "--version", "v1", "--output", output);
  expect({ code, out }).toEqual({ code: 0, out: `${join(output, "train.en")}\n${join(output, "train.de")}\n` });
  expect(err).toMatch(/Size: about 1 kB to download[\s\S]*Licence: CC-BY 2.0 FR\nen-de: train 1 lines/);
  expect(readFileSync(join(output, "train.en"), "utf8")).toBe("old\n");
});

test("lists the latest of each corpus, or all versions of one", async () => {
  const all = await run("--list", "--pair", "en-de");
  expect(all.out.split("\n").slice(0, 3)).toEqual([
    expect.stringMatching(/^corpus +version +pairs +download$/),
    expect.stringMatching(/^(Phrases +v10|bible-x +v2) +3000 /),
    expect.stringMatching(/^(Phrases +v10|bible-x +v2) +3000 /),
  ]);
  const one = await run("Phrases", "--list", "--pair", "de-en");
  expect(one.out).toMatch(/v1 +0 [\s\S]*v10 +3000 /);
});

test("says what is missing or wrong", async () => {
  expect(await run("--pair", "en-de")).toMatchObject({ code: 2, err: expect.stringMatching(/no corpus is named/) });
  expect(await run("Phrases", "--pair", "en")).toMatchObject({ code: 2 });
  expect(await run("Phrases", "--pair", "en-de", "--connections", "0")).toMatchObject({ code: 2 });
  expect(await run("Phrazes", "--pair", "en-de")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/mean Phrases/),
  });
});
