// Source of truth: sacreBLEU 2.6's rules (first <seg> of a line, white space collapsed, entities of .sgm kept), on generated sets.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { readSegments, readXmlTestSet } from "../../../src/corpora/formats/test-set-formats.ts";
import type { TestSet } from "../../../src/corpora/test-sets/test-set.ts";
import { TEST_SETS } from "../../../src/corpora/test-sets/test-set-registry.ts";
import { findTestSet, readTestSet } from "../../../src/corpora/test-sets/test-sets.ts";
import { writtenBy } from "../../cli/written-by.ts";
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
  /** What golden/generate.py makes of sacreBLEU's sets: pairs with files and columns, translators, archives. */
  const linesOf = ({ archive, pairs, files, columns, translators }: TestSet): string[] => {
    const lines = pairs.flatMap((pair) => {
      const [source, target] = pair.split("-") as [string, string];
      const names = files(source, target, "");
      const fields = columns?.map((column) => `${column}:${names[0]}`) ?? names;
      const archives = names.map((file) => (typeof archive === "function" ? archive(file) : archive));
      return [
        [pair, ...fields].join(" "),
        ...(translators === undefined ? [] : [`${pair} translators ${translators(pair).join(",")}`]),
        ...archives.map(({ md5, urls }) => `${md5} ${urls[0]}`),
      ];
    });
    return [...new Set(lines)].sort();
  };
  const digest = (set: TestSet) => createHash("sha256").update(linesOf(set).join("\n")).digest("hex").slice(0, 16);

  test("has every set of sacreBLEU's, with its pairs, files and checksums", () => {
    const path = join(import.meta.dirname, "golden", "sacrebleu-sets.json");
    const golden = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
    const own = ["iwslt14", "flores200", "flores200/dev", "ntrex128"];
    const ours = TEST_SETS.filter(({ name }) => !own.includes(name)).map((set) => [set.name, digest(set)]);
    expect(Object.fromEntries(ours)).toEqual(golden);
    expect(TEST_SETS).toHaveLength(ours.length + own.length);
  });

  test("names files and translators of every year", () => {
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

describe("sets of one text in many languages", () => {
  const flores = findTestSet("flores200", "en-de");
  const ntrex = findTestSet("ntrex128", "en-de");

  test("have the customary languages", () => {
    expect([flores.languages!.length, ntrex.languages!.length]).toEqual([204, 128]);
    for (const { languages } of [flores, ntrex]) expect(new Set(languages).size).toBe(languages!.length);
    expect(ntrex.files("eng", "zho-CN", "")).toEqual(["newstest2019-src.eng.txt", "newstest2019-ref.zho-CN.txt"]);
    for (const language of ntrex.languages!) {
      const file = ntrex.files(language, "eng", "")[0]!;
      expect((ntrex.archive as (file: string) => { md5: string })(file).md5).toMatch(/^[\da-f]{32}$/);
    }
  });

  test("match languages by ISO codes, and say which there are", () => {
    expect(() => findTestSet("flores200", "zh-Hant:pt-BR")).not.toThrow();
    expect(() => findTestSet("flores200", "en-xx")).toThrow(
      expect.objectContaining({ name: "UsageError", nextStep: expect.stringMatching(/deu_Latn/) }),
    );
    expect(() => findTestSet("flores200", "en-eng_Latn")).toThrow(/are eng_Latn/);
    expect(() => findTestSet("flores200", "en")).toThrow(/no pair of languages/);
  });

  test("come from one archive, or a file each", async () => {
    const text = (language: string) => `one ${language} \ntwo ${language}\r\n`;
    const files = Object.fromEntries(
      ["eng_Latn", "zho_Hans", "zho_Hant"].map((code) => [`flores200_dataset/devtest/${code}.devtest`, text(code)]),
    );
    const address = "dl.fbaipublicfiles.com/nllb/flores200_dataset.tar.gz";
    const mirror = await serveMirror({ [address]: tarGz(files) });
    const options = { cache: join(folder, "flores"), mirror: mirror.url };
    expect(await readTestSet(flores, "zh-TW:en", options)).toEqual({
      source: ["one zho_Hant", "two zho_Hant"],
      references: [["one eng_Latn", "two eng_Latn"]],
    });
    mirror.close();

    const sums = Object.fromEntries(
      ["eng", "deu"].map((code) => [code, createHash("md5").update(text(code)).digest("hex")]),
    );
    const generated: TestSet = {
      ...ntrex,
      archive: (file) => {
        const { name, urls } = (ntrex.archive as (file: string) => { name: string; urls: readonly string[] })(file);
        return { name, urls, md5: sums[file.slice(-7, -4)]! };
      },
    };
    const urls = ["src.eng", "ref.deu"].map((side) => {
      const file = (ntrex.archive as (file: string) => { urls: readonly string[] })(`newstest2019-${side}.txt`);
      return [file.urls[0]!.replace("https://", ""), Buffer.from(text(side.slice(-3)))] as const;
    });
    const alone = await serveMirror(Object.fromEntries(urls));
    expect(await readTestSet(generated, "de-en", { cache: join(folder, "ntrex"), mirror: alone.url })).toEqual({
      source: ["one deu", "two deu"],
      references: [["one eng", "two eng"]],
    });
    expect(alone.asked).toHaveLength(2);
    alone.close();
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

  test("columns of a table, and a compressed file beside an archive", async () => {
    const table: TestSet = {
      name: "table",
      archive: source("t.tgz"),
      pairs: ["en-fr"],
      columns: [1, 2],
      files: () => ["x.tsv"],
    };
    const served2 = (text: string) => served({ "x.org/t.tgz": tarGz({ "x.tsv": text }) }, table, "en-fr");
    expect(await served2("1\ta dog \tun chien\n2\t\tb\tc\n")).toEqual({
      source: ["a dog", ""],
      references: [["un chien", "b"]],
    });
    await expect(served2("1\ta\n")).rejects.toMatchObject({ message: expect.stringMatching(/line 1 has no field 3/) });
    const beside: TestSet = {
      name: "beside",
      archive: (file) => (file.endsWith(".gz") ? source("y.fr.gz") : source("t.tgz")),
      pairs: ["en-fr"],
      files: () => ["y.en", "y.fr.gz"],
    };
    const files = { "x.org/t.tgz": tarGz({ "y.en": "a dog\n" }), "x.org/y.fr.gz": gzipSync("un chien\n") };
    expect(await served(files, beside, "en-fr")).toEqual({ source: ["a dog"], references: [["un chien"]] });
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
  test("say what is missing or wrong", async () => {
    expect(await writtenBy("data", "testset")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^wmt14 +.*en-de/m),
    });
    expect(await writtenBy("data", "testset", "wmt14")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/language_pair/),
    });
    expect(await writtenBy("data", "testset", "wmt14", "-l", "en-xx")).toMatchObject({ code: 2 });
    expect(await writtenBy("data", "reverse", "more")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/unexpected/),
    });
    expect(await writtenBy("evaluate", "-t", "wmt14", "--hyp", "x")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/-l/),
    });
    expect(await writtenBy("evaluate", "-t", "wmt14", "-l", "en-de", "--ref", "x")).toMatchObject({ code: 2 });
    expect(await writtenBy("evaluate", "--hyp", "x")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no references/),
    });
  });

  test("take a set from a folder, without the network", async () => {
    const from = mkdtempSync(join(folder, "from-"));
    const text = ["One sentence of some words.", "And another one."].join("\n");
    const files = ["eng_Latn", "deu_Latn"].map((code) => [
      `flores200_dataset/devtest/${code}.devtest`,
      `${code}\n${text}`,
    ]);
    writeFileSync(join(from, "flores200_dataset.tar.gz"), tarGz(Object.fromEntries(files)));
    writeFileSync(join(from, "hyp"), `deu_Latn\n${text}\n`);
    const words = ["flores200", "-l", "en-de", "--from", from, "--cache", join(from, "cache")];
    expect(await writtenBy("data", "testset", ...words)).toMatchObject({ code: 0, out: `eng_Latn\n${text}\n` });
    const scored = await writtenBy("evaluate", "-t", ...words, "--hyp", join(from, "hyp"), "-b");
    expect(scored).toMatchObject({ code: 0, out: "100.0\n" });
  });

  test("refuse a wrong archive of a known set and name its address", async () => {
    const path = "statmt.org/wmt14/test-filtered.tgz";
    const mirror = await serveMirror({ [path]: archive });
    const words = ["-t", "wmt14", "-l", "en-de", "--hyp", "x", "--cache", join(folder, "cli"), "--mirror", mirror.url];
    expect(await writtenBy("evaluate", ...words)).toMatchObject({ code: 1, err: expect.stringMatching(/checksum/) });
    expect(mirror.asked).toEqual([path]);
    mirror.close();
  });
});
