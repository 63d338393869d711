// Source of truth: sacreBLEU 2.6's rules (first <seg> of a line, white space collapsed, entities of .sgm kept), on generated sets.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { readSegments, readXmlTestSet } from "../../../src/corpora/formats/test-set-formats.ts";
import { TEST_SETS, type TestSet } from "../../../src/corpora/test-sets/test-set-registry.ts";
import { findTestSet, readTestSet } from "../../../src/corpora/test-sets/test-sets.ts";
import { serveMirror } from "../../data-scripts/recipe-server.ts";
import { tarGz } from "../archives/archive.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-test-sets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sgm = (lines: string[]) =>
  `<refset setid="x" srclang="any">\n<doc docid="1">\n<p>\n${lines.map((line, i) => `<seg id="${i + 1}">${line}</seg>\n`).join("")}</p>\n</doc>\n</refset>\n`;

const xml = `<?xml version='1.0' encoding='utf-8'?>
<dataset id="newstest2021">
  <doc origlang="en" id="a" testsuite="none"><src lang="en"><p><seg id="1">left out</seg></p></src><ref lang="de" translator="A"><p><seg id="1">x</seg></p></ref></doc>
  <doc origlang="en" id="b">
    <src lang="en"><p><seg id="2">Two &amp; more</seg></p><p><seg id="1">One  &lt;b&gt;</seg><seg id="3">nobody</seg></p></src>
    <ref lang="de" translator="A"><p><seg id="1">Eins</seg><seg id="2">Zwei &#x26; mehr</seg></p></ref>
    <ref lang="de" translator="B"><p><seg id="1">Eine</seg></p></ref>
  </doc>
</dataset>`;

describe("formats", () => {
  test("segments of SGML-like files", () => {
    expect(readSegments(sgm(["A  dog &amp; cat ", "\u00a0x"]), "x.sgm")).toEqual(["A dog &amp; cat", "x"]);
    expect(() => readSegments("<doc></doc>", "x.sgm")).toThrow(expect.objectContaining({ name: "DataError" }));
    expect(() => readSegments('<seg id="1">open\n</seg>', "x.sgm")).toThrow(/does not end/);
  });

  test("XML: by document and number, without test suites and what nobody translated", () => {
    expect(readXmlTestSet(xml, "x.xml")).toEqual({
      sources: ["One <b>", "Two & more"],
      references: new Map([
        ["A", ["Eins", "Zwei & mehr"]],
        ["B", ["Eine", ""]],
      ]),
    });
  });
});

describe("the registry", () => {
  test("has every year, an MD5 each but of IWSLT 2014, and file names for every pair", () => {
    for (let year = 8; year <= 24; year++) {
      expect(TEST_SETS.map(({ name }) => name)).toContain(`wmt${String(year).padStart(2, "0")}`);
    }
    for (const { name, archive, pairs, parts = [""], files } of TEST_SETS) {
      expect(new Set(pairs).size, name).toBe(pairs.length);
      for (const pair of pairs) {
        const [source, target] = pair.split("-") as [string, string];
        for (const file of parts.flatMap((part) => files(source, target, part))) {
          expect(file).toMatch(/\.(sgm|xml|[a-z]{2})$/);
          const { md5, urls } = typeof archive === "function" ? archive(file) : archive;
          expect(urls[0]).toMatch(/^https:/);
          if (name !== "iwslt14") expect(md5, name).toMatch(/^[\da-f]{32}$/);
        }
      }
    }
    const files = (name: string, source: string, target: string) =>
      findTestSet(name, `${source}-${target}`).files(source, target, "");
    expect(files("wmt13", "en", "de")).toEqual(["test/newstest2013-src.en.sgm", "test/newstest2013-src.de.sgm"]);
    expect(files("wmt14", "en", "fr")).toEqual([
      "test/newstest2014-fren-src.en.sgm",
      "test/newstest2014-fren-ref.fr.sgm",
    ]);
    expect(files("wmt15", "en", "fr")[1]).toBe("test/newsdiscusstest2015-enfr-ref.fr.sgm");
    expect(files("wmt20/tworefs", "zh", "en")[2]).toBe("sgm/newstestB2020-zhen-ref.en.sgm");
    expect(files("wmt21", "xh", "zu")).toEqual(["test/florestest2021.xh-zu.xml"]);
    expect(files("wmt10", "cs", "en")).toEqual(["test/newstest2010-src.cz.sgm", "test/newstest2010-src.en.sgm"]);
    expect(files("wmt17/dev", "lv", "en")[0]).toBe("dev/newsdev2017-lven-src.lv.sgm");
    expect(files("wmt22", "ru", "sah")).toEqual(["wmt22-news-systems-1.1/xml/wmttest2022.ru-sah.all.xml"]);
    const translators = (name: string, pair: string) => findTestSet(name, pair).translators!(pair);
    expect([translators("wmt22", "en-cs"), translators("wmt22", "en-de"), translators("wmt23", "he-en")]).toEqual([
      ["B"],
      ["A"],
      ["refB"],
    ]);
  });

  test("suggests what there is", () => {
    expect(() => findTestSet("wtm14", "en-de")).toThrow(
      expect.objectContaining({ nextStep: expect.stringMatching(/wmt14/) }),
    );
    expect(() => findTestSet("wmt14", "en-xx")).toThrow(
      expect.objectContaining({ nextStep: expect.stringMatching(/en-de/) }),
    );
  });
});

const archive = tarGz({
  "test/x-src.en.sgm": sgm(["A dog runs .", "A cat sleeps ."]),
  "test/x-ref.de.sgm": sgm(["Ein Hund läuft .", "Eine Katze schläft ."]),
});
const set: TestSet = {
  name: "x",
  archive: {
    name: "x.tgz",
    urls: ["https://data.example.org/x/test.tgz"],
    md5: createHash("md5").update(archive).digest("hex"),
  },
  pairs: ["en-de"],
  files: (source, target) => [`test/x-src.${source}.sgm`, `test/x-ref.${target}.sgm`],
};

describe("a set over the network", () => {
  test("is downloaded through a broken connection, checked, and kept", async () => {
    const mirror = await serveMirror({ "data.example.org/x/test.tgz": archive }, ["data.example.org/x/test.tgz"]);
    const options = { cache: join(folder, "cache"), mirror: mirror.url };
    const texts = {
      source: ["A dog runs .", "A cat sleeps ."],
      references: [["Ein Hund läuft .", "Eine Katze schläft ."]],
    };
    expect(await readTestSet(set, "en-de", options)).toEqual(texts);
    expect(mirror.asked).toHaveLength(2);
    expect(await readTestSet(set, "en-de", options)).toEqual(texts);
    expect(mirror.asked).toHaveLength(2);
    mirror.close();
  });

  test("with another checksum is refused, from the network and from a folder", async () => {
    const mirror = await serveMirror({ "data.example.org/x/test.tgz": tarGz({ other: "x" }) });
    await expect(readTestSet(set, "en-de", { cache: join(folder, "other"), mirror: mirror.url })).rejects.toMatchObject(
      { name: "DownloadError", message: expect.stringMatching(/checksum/) },
    );
    mirror.close();
    writeFileSync(join(folder, "x.tgz"), tarGz({ other: "x" }));
    await expect(readTestSet(set, "en-de", { from: folder })).rejects.toMatchObject({
      name: "DataError",
      where: join(folder, "x.tgz"),
    });
    expect(existsSync(join(folder, "x.tgz"))).toBe(true);
  });
});

describe("sets of other shapes", () => {
  const served = async (files: Record<string, Buffer>, set: TestSet, pair: string) => {
    const mirror = await serveMirror(files);
    try {
      return await readTestSet(set, pair, { cache: mkdtempSync(join(folder, "cache-")), mirror: mirror.url });
    } finally {
      mirror.close();
    }
  };
  const source = (name: string) => ({ name, urls: [`https://x.org/${name}`] });

  test("parts follow each other", async () => {
    const files = Object.fromEntries(
      ["one", "two"].flatMap((part) => ["de", "en"].map((side) => [`${part}.${side}.xml`, sgm([`${part} ${side}`])])),
    );
    const talks: TestSet = {
      name: "talks",
      archive: source("talks.tgz"),
      pairs: ["de-en"],
      parts: ["one", "two"],
      files: (a, b, part) => [`${part}.${a}.xml`, `${part}.${b}.xml`],
    };
    expect(await served({ "x.org/talks.tgz": tarGz(files) }, talks, "de-en")).toEqual({
      source: ["one de", "two de"],
      references: [["one en", "two en"]],
    });
  });

  test("each direction's archive has its source side, plain text or segments", async () => {
    const sides: TestSet = {
      name: "sides",
      archive: (file) => source(`${file.slice(0, 5)}.tgz`),
      pairs: ["de-en"],
      files: () => ["de-en/a.de", "en-de/a.en"],
    };
    const archives = {
      "x.org/de-en.tgz": tarGz({ "de-en/a.de": "Ein Hund \nzwei\u00a0\n" }),
      "x.org/en-de.tgz": tarGz({ "en-de/a.en": "A dog\ntwo" }),
    };
    expect(await served(archives, sides, "de-en")).toEqual({
      source: ["Ein Hund", "zwei"],
      references: [["A dog", "two"]],
    });
  });

  test("a pair's own translator is taken from XML", async () => {
    const choice: TestSet = {
      name: "choice",
      archive: source("c.tgz"),
      pairs: ["en-de"],
      files: () => ["x.xml"],
      translators: (pair) => (pair === "en-de" ? ["B"] : ["A"]),
    };
    const texts = await served({ "x.org/c.tgz": tarGz({ "x.xml": xml }) }, choice, "en-de");
    expect(texts.references).toEqual([["Eine", ""]]);
  });
});

describe("the commands", () => {
  const run = async (...words: string[]) => {
    const written = { out: "", err: "" };
    const spies = (["out", "err"] as const).map((name) =>
      vi.spyOn(process[`std${name}`], "write").mockImplementation((text) => {
        written[name] += String(text);
        return true;
      }),
    );
    const code = await main(words);
    for (const spy of spies) spy.mockRestore();
    return { code, ...written };
  };

  test("say what is missing or wrong", async () => {
    expect(await run("data", "testset")).toMatchObject({ code: 0, out: expect.stringMatching(/^wmt14 +.*en-de/m) });
    expect(await run("data", "testset", "wmt14")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/language_pair/),
    });
    expect(await run("data", "testset", "wmt14", "-l", "en-xx")).toMatchObject({ code: 2 });
    expect(await run("data", "reverse", "more")).toMatchObject({ code: 2, err: expect.stringMatching(/unexpected/) });
    expect(await run("evaluate", "-t", "wmt14", "--hyp", "x")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/-l/),
    });
    expect(await run("evaluate", "-t", "wmt14", "-l", "en-de", "--ref", "x")).toMatchObject({ code: 2 });
    expect(await run("evaluate", "--hyp", "x")).toMatchObject({ code: 2, err: expect.stringMatching(/no references/) });
  });

  test("refuse a wrong archive of a known set and name its address", async () => {
    const path = "statmt.org/wmt14/test-filtered.tgz";
    const mirror = await serveMirror({ [path]: archive });
    const words = ["-t", "wmt14", "-l", "en-de", "--hyp", "x", "--cache", join(folder, "cli"), "--mirror", mirror.url];
    expect(await run("evaluate", ...words)).toMatchObject({ code: 1, err: expect.stringMatching(/checksum/) });
    expect(mirror.asked).toEqual([path]);
    mirror.close();
  });
});
