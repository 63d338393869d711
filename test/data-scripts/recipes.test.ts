// Source of truth: tiny archives generated here in each corpus's own layout; the real ones where ../shared/data holds them.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { debianL10n, messagePairs } from "../../data-scripts/debian-l10n.ts";
import { iwslt14 } from "../../data-scripts/iwslt14.ts";
import { libreofficeHelp } from "../../data-scripts/libreoffice-help.ts";
import { RECIPES } from "../../data-scripts/recipes.ts";
import { tatoeba } from "../../data-scripts/tatoeba.ts";
import { prepareWmt, WMT14_PAIRS, wmt14 } from "../../data-scripts/wmt.ts";
import { mirrored } from "../../src/corpora/fetch/source-file.ts";
import type { CorpusDescription } from "../../src/corpora/write-corpus.ts";
import { tarGz } from "../corpora/archives/archive.ts";
import { ar, mo, zip } from "../corpora/archives/zip-archive.ts";
import { serveMirror } from "./recipe-server.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-recipes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const cache = join(folder, "cache");
const text = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");
const description = (name: string) => JSON.parse(text(name, "corpus.json")) as CorpusDescription;
const numbered = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");
const letters = (i: number) => [...String(i)].map((digit) => "abcdefghij"[Number(digit)]).join("");

test("every recipe says where its texts come from and under which licence", () => {
  for (const { name, licence, origin, size, checksums, pairs } of RECIPES) {
    for (const text of [licence, size, checksums]) expect(text.length, name).toBeGreaterThan(2);
    expect(origin.length, name).toBeGreaterThan(5);
    expect(new Set(pairs).size, name).toBe(pairs.length);
  }
  expect(mirrored("https://a.org/b/c?d=1", "http://m/x/")).toBe("http://m/x/a.org/b/c?d=1");
});

describe("tatoeba", () => {
  const sentences = numbered(3000, (i) => `The ${letters(i)} is here.\tDas ${letters(i)} ist hier.\tCC-BY ${i}`);

  test("is downloaded, split by English, and its checksum is kept for the next time", async () => {
    const path = "www.manythings.org/anki/deu-eng.zip";
    const mirror = await serveMirror({
      [path]: zip({ "_about.txt": "x", "deu.txt": `${sentences}\nThe a is here.\tDas A ist hier.\tx\n` }),
    });
    const output = join(folder, "tatoeba");
    const [prepared] = await tatoeba.prepare({ output, cache, mirror: mirror.url, pairs: ["de-en"] });
    const { train, valid, test } = prepared!.lines;
    expect(train + valid + test).toBe(3001);
    expect(valid).toBeGreaterThan(5);
    expect(text("tatoeba", "train.de").split("\n")[0]).toMatch(/^Das \w+ ist hier\.$/);
    expect(description("tatoeba").sources).toEqual([
      {
        name: "deu-eng.zip",
        bytes: expect.any(Number),
        sha256: expect.stringMatching(/^[\da-f]{64}$/),
        verified: false,
      },
    ]);
    expect(
      (await tatoeba.prepare({ output, cache, mirror: "http://127.0.0.1:1", pairs: ["de-en"] }))[0]!.unchanged,
    ).toBe(true);
    mirror.close();
    // An altered file in the cache is noticed and fetched again.
    writeFileSync(join(cache, "tatoeba", "deu-eng.zip"), zip({ "deu.txt": "a\tb\tc\n" }));
    rmSync(join(output, "train.de"));
    const [second, messages] = [await serveMirror({ [path]: zip({ "deu.txt": `${sentences}\n` }) }), [] as string[]];
    await tatoeba.prepare({
      output,
      cache,
      mirror: second.url,
      pairs: ["de-en"],
      progress: (line) => messages.push(line),
    });
    second.close();
    expect(messages.join("\n")).toMatch(/altered[\s\S]*another version than last time/);
  });

  const shared = resolve(import.meta.dirname, "../../../shared/data/tatoeba");
  test.skipIf(!existsSync(shared))("reads splits that are there (skipped without ../shared/data)", async () => {
    const [prepared] = await tatoeba.prepare({ output: join(folder, "vi"), from: shared, pairs: ["vi-en"] });
    expect(prepared!.lines.train).toBe(7257);
    expect(prepared!.lines.valid).toBeGreaterThan(50);
    expect(prepared!.lines.test).toBeGreaterThan(50);
  });
});

describe("iwslt14", () => {
  test("takes sentences outside tags, every 23rd to validate, five talks' sets to test", async () => {
    const talks = (language: string) =>
      `<url>http://x</url>\n<talkid>1</talkid>\n<title>${language} title</title>\n${numbered(46, (i) => `  ${language} ${i}  `)}\n<reviewer></reviewer>\n`;
    const names = ["TED.dev2010", "TEDX.dev2012", "TED.tst2010", "TED.tst2011", "TED.tst2012"];
    const sets = names.flatMap((name) =>
      ["de", "en"].map((language) => [
        `de-en/IWSLT14.${name}.de-en.${language}.xml`,
        `<mteval>\n<seg id="1"> ${language} ${name} </seg>\n</mteval>\n`,
      ]),
    );
    const from = join(folder, "iwslt-from");
    mkdirSync(from);
    const files = {
      "de-en/train.tags.de-en.de": talks("de"),
      "de-en/train.tags.de-en.en": talks("en"),
      ...Object.fromEntries(sets),
    };
    writeFileSync(join(from, "iwslt14.de-en.tgz"), tarGz(files));
    const [prepared] = await iwslt14.prepare({ output: join(folder, "iwslt"), from });
    expect(prepared!.lines).toEqual({ train: 44, valid: 2, test: 5 });
    expect(text("iwslt", "valid.de")).toBe("de 22\nde 45\n");
    expect(text("iwslt", "test.en").split("\n")[1]).toBe("en TEDX.dev2012");
  });
});

describe("wmt", () => {
  test("streams training files out of archives, after the test sets' order", async () => {
    const side = (language: string) => `${numbered(500, (i) => `${language} line ${i}`)}\n`;
    const archive = tarGz({
      "training/x.de-en.de": side("de"),
      "training/x.de-en.en": side("en"),
      "training/rest": "x",
    });
    const mirror = await serveMirror({ "x.org/train.tgz": archive });
    const table = {
      "en-de": {
        train: [
          {
            archive: { name: "train.tgz", urls: ["https://x.org/train.tgz"], size: archive.length },
            file: (language: string) => `training/x.de-en.${language}`,
          },
        ],
        heldOut: { valid: "wmt13", test: "wmt14" },
      },
    };
    const options = { output: join(folder, "wmt"), cache, mirror: mirror.url, pairs: ["en-de"] };
    // The training text is fetched first; a test set that is not the published one stops the recipe.
    await expect(prepareWmt(wmt14, table, options)).rejects.toMatchObject({ name: "DownloadError" });
    expect(mirror.asked).toEqual(["x.org/train.tgz", "statmt.org/wmt13/test.tgz"]);
    const none = { "en-de": { ...table["en-de"], heldOut: {} as (typeof WMT14_PAIRS)[string]["heldOut"] } };
    await expect(prepareWmt(wmt14, none, options)).rejects.toThrow();
    mirror.close();
    expect(text("wmt", "train.de")).toBe(side("de"));
  });

  test("checksums are those of whole files", () => {
    for (const { train } of Object.values(WMT14_PAIRS)) {
      for (const { archive } of train) expect([archive.sha256?.length, archive.size! > 1e6]).toEqual([64, true]);
    }
  });
});

describe("debian-l10n", () => {
  const catalogue = (language: string): [string, string][] =>
    Array.from({ length: 300 }, (_, i) => [`Open the ${letters(i)} file`, `${language}: ${letters(i)} öffnen`]);

  test("reads .deb files and .mo folders", async () => {
    const from = join(folder, "debs");
    mkdirSync(join(from, "de", "LC_MESSAGES"), { recursive: true });
    const inside = "./usr/share/locale/de/LC_MESSAGES/a.mo";
    const archive = tarGz({
      [inside]: mo(catalogue("de")),
      "./usr/share/locale/fr/LC_MESSAGES/a.mo": mo(catalogue("fr")),
    });
    writeFileSync(join(from, "a_1_all.deb"), ar({ "debian-binary": Buffer.from("2.0\n"), "data.tar.gz": archive }));
    writeFileSync(
      join(from, "de", "LC_MESSAGES", "b.mo"),
      mo([
        ["Close the window now", "Fenster schließen"],
        ["%s: %d lines", "%s: Zeilen"],
      ]),
    );
    const [prepared] = await debianL10n.prepare({ output: join(folder, "l10n"), from, pairs: ["en-de"] });
    const { train, valid, test } = prepared!.lines;
    expect(train + valid + test).toBe(301);
    const all = ["train", "valid", "test"].map((split) => text("l10n", `${split}.de`)).join("");
    expect(all).toContain("Fenster schließen\n");
    expect(all).not.toContain("fr:");
    expect(description("l10n").dropped).toEqual({ "under two words": 1 });
  });

  test("pairs plurals, drops key marks, and parts paragraphs", () => {
    const pairs = (english: string[], translation: string[]) =>
      messagePairs({ english, translation }).map(({ source, target }) => [source, target]);
    expect(pairs(["_Open file"], ["Datei ö_ffnen"])).toEqual([["Open file", "Datei öffnen"]]);
    expect(pairs(["&Open R+D"], ["R+D &öffnen"])).toEqual([["Open R+D", "R+D öffnen"]]);
    expect(pairs(["&Open R&D"], ["R&D &öffnen"])).toEqual([["&Open R&D", "R&D &öffnen"]]);
    expect(pairs(["Set my_file"], ["my_file setzen"])).toEqual([["Set my_file", "my_file setzen"]]);
    expect(pairs(["%d file", "%d files"], ["%d Datei", "%d Dateien"])).toEqual([
      ["%d file", "%d Datei"],
      ["%d files", "%d Dateien"],
    ]);
    expect(pairs(["one\ntwo\n\nthree"], ["eins\nzwei\n\ndrei"])).toEqual([
      ["one two", "eins zwei"],
      ["three", "drei"],
    ]);
  });
});

describe("libreoffice-help", () => {
  const page = (language: string) =>
    `<h1 id="hd_1" dir="auto">${language} title here</h1>${numbered(200, (i) => `<p id="par_${i}" class="paragraph">${language} <span class="emph">${letters(i)}</span> &amp; text</p>`)}`;

  test("pairs paragraphs of two packages by page and number", async () => {
    const from = join(folder, "help");
    mkdirSync(from);
    for (const [name, language] of [
      ["en-us", "en-US"],
      ["de", "de"],
    ] as const) {
      const archive = tarGz({ [`./usr/share/libreoffice/help/${language}/text/shared/main.html`]: page(name) });
      writeFileSync(join(from, `libreoffice-help-${name}_1_all.deb`), ar({ "data.tar.gz": archive }));
    }
    const [prepared] = await libreofficeHelp.prepare({ output: join(folder, "help-out"), from, pairs: ["en-de"] });
    const { train, valid, test } = prepared!.lines;
    expect(train + valid + test).toBe(201);
    expect(text("help-out", "train.en").split("\n").slice(0, 1)).toEqual(["en-us title here"]);
    await expect(
      libreofficeHelp.prepare({ output: join(folder, "help-fr"), from, pairs: ["en-fr"] }),
    ).rejects.toMatchObject({ name: "DataError", where: from });
  });

  const shared = resolve(import.meta.dirname, "../../../shared/data/lohelp");
  test.skipIf(!existsSync(shared))("reads aligned files (skipped without ../shared/data)", async () => {
    const [prepared] = await libreofficeHelp.prepare({ output: join(folder, "lohelp"), from: shared });
    const { train, valid, test } = prepared!.lines;
    expect(train).toBeGreaterThan(30_000);
    expect(Math.min(valid, test)).toBeGreaterThan(300);
  });
});
