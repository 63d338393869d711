// Source of truth: archives made in opus-answers.ts, and the interface's form as OpusTools reads it.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LanguagePair } from "../../../src/base/languages/language-pair.ts";
import type { SourceOptions } from "../../../src/corpora/fetch/source-file.ts";
import { prepareOpus } from "../../../src/corpora/sources/opus.ts";
import type { OpusRelease } from "../../../src/corpora/sources/opus-api.ts";
import { licenceOf } from "../../../src/corpora/sources/opus-archive.ts";
import { latestOf } from "../../../src/corpora/sources/opus-release.ts";
import { type HostAnswer, type HostServer, serveHosts } from "./host-server.ts";
import { LINES, line, mosesArchive, opusAnswer, pathOf, RELEASES } from "./opus-answers.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-opus-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let server: HostServer;
let answer: (address: URL) => HostAnswer | undefined;
let told: string[];
beforeEach(async () => {
  answer = opusAnswer;
  told = [];
  server = await serveHosts((address) => answer(address));
});
afterEach(() => server.close());

let folders = 0;
const newFolder = () => join(folder, `corpus-${folders++}`);
const places = (change: SourceOptions = {}): SourceOptions => ({
  cache: join(folder, `cache-${folders++}`),
  mirror: server.url,
  environment: {},
  progress: (message) => told.push(message),
  ...change,
});
const EN_DE: LanguagePair = ["en", "de"];
const lines = (...path: string[]) =>
  readFileSync(join(...path), "utf8")
    .split("\n")
    .slice(0, -1);
const LATEST = RELEASES[1]!;

test("a corpus is downloaded, turned, and written with its licence, counts and checksums", async () => {
  const output = newFolder();
  const options = places();
  const prepared = await prepareOpus({ corpus: "Phrases", languages: EN_DE }, output, options);
  const kept = Array.from({ length: LINES }, (_, i) => i).filter((i) => i !== 5);
  expect(lines(output, "train.en")).toEqual(kept.map((i) => line("en", i).trim()));
  expect(lines(output, "train.de")).toEqual(kept.map((i) => line("de", i).trim()));
  expect(prepared).toMatchObject({ pair: "en-de", unchanged: false, dropped: { empty: 1 } });
  expect(readdirSync(output).sort()).toEqual(["LICENSE", "README", "corpus.json", "train.de", "train.en"]);
  expect(JSON.parse(readFileSync(join(output, "corpus.json"), "utf8"))).toMatchObject({
    name: "opus/Phrases",
    version: expect.stringMatching(/^v10/),
    licence: "CC-BY 2.0 FR",
    origin: `https://${pathOf(LATEST)}`,
    lines: { train: LINES - 1, valid: 0, test: 0 },
    dropped: { empty: 1 },
    sources: [{ name: "Phrases_v10_moses_de-en.txt.zip", bytes: LATEST.archive.length, verified: false }],
  });
  // Size before the download, the licence after it.
  expect(told.findIndex((each) => each.startsWith("Size: about"))).toBeLessThan(
    told.findIndex((each) => each.startsWith("Fetching")),
  );
  expect(told).toContain("Licence: CC-BY 2.0 FR");
  expect(told[0]).toBe("Phrases v10, de-en: 3,000 pairs");

  const before = server.asked.length;
  const again = await prepareOpus({ corpus: "Phrases", languages: EN_DE }, output, options);
  expect(again.unchanged).toBe(true);
  expect(server.asked.slice(before).filter((each) => each.includes("pouta"))).toEqual([]);
});

test("a version that is named, and a name in other letters", async () => {
  const output = newFolder();
  await prepareOpus({ corpus: "phrases", languages: ["de", "en"], version: "v1" }, output, places());
  expect([lines(output, "train.de"), lines(output, "train.en")]).toEqual([["alt"], ["old"]]);
});

test("the latest is what OPUS calls so, else the last by number", () => {
  const of = (version: string, isLatest = false): OpusRelease => ({
    ...{ corpus: "X", source: "de", target: "en", url: "https://x.org/", bytes: 1, pairs: 1 },
    version,
    isLatest,
  });
  expect(latestOf([of("v10"), of("v9")]).version).toBe("v10");
  expect(latestOf([of("v9", true), of("v10")]).version).toBe("v9");
});

test("languages are matched with OPUS's codes, and files keep the codes asked for", async () => {
  const output = newFolder();
  await prepareOpus({ corpus: "Phrases", languages: ["zh-Hant", "en"] }, output, places());
  expect([lines(output, "train.zh-Hant"), lines(output, "train.en")]).toEqual([["狗"], ["a dog"]]);
  expect(told).toContain("Licence: not stated in the archive; see OPUS and the corpus's own page");
});

test("a connection that breaks is gone on with, in the same call and in another", async () => {
  const output = newFolder();
  const options = places();
  server.broken.push(
    pathOf(LATEST),
    pathOf(LATEST),
    "opus.nlpl.eu/opusapi/?corpus=Phrases&source=de&target=en&preprocessing=moses",
  );
  await prepareOpus({ corpus: "Phrases", languages: EN_DE }, output, options);
  expect(lines(output, "train.en")).toHaveLength(LINES - 1);
  expect(server.broken).toEqual([]);
});

describe("what there is not is told with what there is", () => {
  const cases: [string, Parameters<typeof prepareOpus>[0], RegExp, RegExp][] = [
    ["a corpus", { corpus: "Phrase", languages: EN_DE }, /no corpus "Phrase"/, /Did you mean Phrases\?/],
    ["part of a name", { corpus: "bible", languages: EN_DE }, /no corpus "bible"/, /bible-x/],
    ["a language", { corpus: "Phrases", languages: ["en", "fr"] }, /no text in fr/, /languages are de, en, zh_TW/],
    ["a pair", { corpus: "Phrases", languages: ["de", "zh-TW"] }, /no pair de-zh_TW/, /Beside de it has en\./],
    ["a version", { corpus: "Phrases", languages: EN_DE, version: "v2" }, /no version "v2"/, /There are v1, v10\./],
  ];
  test.each(cases)("%s", async (_, query, message, nextStep) => {
    await expect(prepareOpus(query, newFolder(), places())).rejects.toMatchObject({
      name: "UsageError",
      message: expect.stringMatching(message),
      nextStep: expect.stringMatching(nextStep),
    });
  });
});

describe("an interface that fails", () => {
  const cases: [string, HostAnswer, RegExp][] = [
    ["with a status", { status: 404 }, /answers with status 404/],
    ["with no JSON", "<html>busy</html>", /not understood: all of it/],
    ["with another form", '{"corpora": [{"corpus": "../x"}]}', /not understood: corpora.0.corpus/],
    [
      "with an address that is none",
      JSON.stringify({
        corpora: [{ corpus: "X", version: "v1", source: "de", target: "en", size: 1, url: "file:///etc/passwd" }],
      }),
      /not understood: corpora.0.url/,
    ],
  ];
  test.each(cases)("%s", async (_, given, message) => {
    answer = () => given;
    await expect(prepareOpus({ corpus: "X", languages: EN_DE }, newFolder(), places())).rejects.toMatchObject({
      name: "DownloadError",
      message: expect.stringMatching(message),
      nextStep: expect.stringContaining("--from"),
    });
  });
});

describe("an archive", () => {
  test("whose sides differ is refused, and leaves no corpus", async () => {
    const output = newFolder();
    await expect(prepareOpus({ corpus: "bible-x", languages: EN_DE }, output, places())).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringMatching(/different numbers of lines: 1 and 2/),
    });
    expect(readdirSync(output).filter((name) => /^train|^corpus/.test(name))).toEqual([]);
  });

  test("is taken from a folder, under either name, without the network", async () => {
    for (const name of ["Phrases_v10_moses_de-en.txt.zip", "de-en.txt.zip"]) {
      const from = newFolder();
      mkdirSync(from);
      writeFileSync(join(from, name), LATEST.archive);
      writeFileSync(join(from, "Other_v11_moses_de-en.txt.zip"), "x");
      const output = newFolder();
      const offline = { from, mirror: "http://127.0.0.1:9", environment: {} };
      const query = { corpus: "Phrases", languages: EN_DE };
      expect((await prepareOpus(query, output, offline)).lines.train).toBe(LINES - 1);
      expect((await prepareOpus(query, output, offline)).unchanged).toBe(true);
    }
    await expect(
      prepareOpus({ corpus: "Phrases", languages: EN_DE }, newFolder(), { from: folder }),
    ).rejects.toMatchObject({ name: "DataError", nextStep: expect.stringMatching(/Phrases_VERSION_moses_de-en/) });
  });

  test("without one of the texts is refused", async () => {
    const from = newFolder();
    mkdirSync(from);
    writeFileSync(join(from, "de-en.txt.zip"), mosesArchive({ "x.de-en.de": "eins\n" }));
    await expect(prepareOpus({ corpus: "X", languages: EN_DE }, newFolder(), { from })).rejects.toThrow(
      /no text in en/,
    );
  });

  test("states its licence in README, or begins with it", () => {
    const licence = (notices: Record<string, string>) => licenceOf(new Map(Object.entries(notices)));
    expect(licence({ README: "a\n* licence = CC0 \n" })).toBe("CC0");
    expect(licence({ README: "nothing", LICENSE: "\n  CC-BY\nmore" })).toBe("CC-BY");
    expect(licence({ README: "nothing" })).toMatch(/not stated/);
  });
});
