/** Source of truth: OPUS's format of alignments and documents; the pairs by hand. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { DocumentFinder, SentenceReader } from "../../../../src/corpora/formats/xml/xces-documents.ts";
import { zip } from "../../archives/zip-archive.ts";
import { type ReadItem, readItems } from "../read-items.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nmt-xces-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const alignment = (links: string[], names = ["de/a.xml.gz", "en/a.xml.gz"]) => `<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE cesAlign PUBLIC "-//CES//DTD XML cesAlign//EN" "">
<cesAlign version="1.0">
<linkGrp targType="s" fromDoc="${names[0]}" toDoc="${names[1]}">
${links.map((targets, i) => `<link id="SL${i}" xtargets="${targets}" certainty="0.5"/>`).join("\n")}
</linkGrp></cesAlign>`;
const raw = (...sentences: string[]) =>
  `<?xml version="1.0"?>\n<text><p id="1">${sentences.map((text, i) => `<s id="${i + 1}">${text}</s>`).join("\n")}</p></text>`;
const German = raw("Eins &amp;  mehr.", "Zwei.", "Drei.", "Vier.");
const English = raw("One and\n more.", "Two.", "Three,", "four.");

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), content);
}

const read = (links: string[], options = {}, names?: string[]): Promise<ReadItem[]> =>
  readItems(join(folder, "de-en.xml"), alignment(links, names), {
    sourceLanguage: "en",
    targetLanguage: "de",
    ...options,
  });
const LINKS = ["1;1", "2;2", "3 4;3 4", ";1", "1;", "9;1"];
const PAIRS = [
  [5, "One and more.", "Eins & mehr."],
  [6, "Two.", "Zwei."],
  [7, "Three, four.", "Drei. Vier."],
  [8, "without a counterpart"],
  [9, "without a counterpart"],
  [10, "without a counterpart"],
];

describe("documents", () => {
  const places: [string, (code: string, text: string) => void][] = [
    ["packed beside the alignment", (code, text) => put(`${code}/a.xml.gz`, gzipSync(text))],
    ["unpacked in a folder of raw text", (code, text) => put(`raw/${code}/a.xml`, text)],
    [
      "in a zip file for each language",
      (code, text) => put(`${code}.zip`, zip({ [`Corpus/raw/${code}/a.xml`]: text, "x/a.xml": "" })),
    ],
    ["packed in a zip file", (code, text) => put(`${code}.zip`, zip({ [`${code}/a.xml.gz`]: gzipSync(text) }))],
  ];
  test.each(places)("%s are found", async (_, write) => {
    write("de", German);
    write("en", English);
    expect(await read(LINKS)).toEqual(PAIRS);
  });

  it("elsewhere are found where they are named", async () => {
    put("x/de/a.xml", German);
    put("y/en.zip", zip({ "en/a.xml": English }));
    await expect(read(LINKS)).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringContaining("de/a.xml.gz"),
      nextStep: expect.stringContaining("--documents"),
    });
    expect(await read(LINKS, { documents: [join(folder, "x"), join(folder, "y/en.zip")] })).toEqual(PAIRS);
    await expect(read(LINKS, { documents: [join(folder, "z")] })).rejects.toMatchObject({ where: join(folder, "z") });
  });

  it("outside of their places are none", async () => {
    put("in/de/a.xml", German);
    put("secret.xml", English);
    const names = ["de/a.xml", "../secret.xml"];
    const text = alignment(["1;1"], names);
    expect(
      await readItems(join(folder, "in/de-en.xml"), text, { sourceLanguage: undefined, targetLanguage: undefined }),
    ).toEqual([[5, "without a counterpart"]]);
  });

  it("may have their words apart", async () => {
    const words = raw(`<chunk><w id="1.1">One</w>\n<w id="1.2">more</w></chunk><w id="1.3">.</w>`);
    put("en/a.xml", words);
    put("de/a.xml", German);
    expect(await read(["1;1"])).toEqual([[5, "One more .", "Eins & mehr."]]);
  });

  it("that are damaged are refused by their name", async () => {
    put("en/a.xml", "<text><s id='1'>One</text>");
    put("de/a.xml", German);
    await expect(read(["1;1"])).rejects.toMatchObject({ where: join(folder, "en/a.xml:1") });
  });
});

it("sentences are kept as long as links may need them, and no longer", async () => {
  const sentences = Array.from({ length: 20_000 }, (_, i) => `sentence ${i + 1}`);
  put("de/a.xml", raw(...sentences));
  const finder = new DocumentFinder(join(folder, "de-en.xml"), []);
  const reader = new SentenceReader("de/a.xml", finder, 40_000);
  try {
    expect(await reader.textOf(["1"])).toBe("sentence 1");
    // A missing one is looked for a while ahead, which loses none of those before.
    for (let i = 0; i < 10; i++) expect(await reader.textOf([`missing ${i}`])).toBeUndefined();
    expect(await reader.textOf(["2", "4"])).toBe("sentence 2 sentence 4");
    for (let i = 5; i < 20_000; i += 10) expect(await reader.textOf([String(i)])).toBe(`sentence ${i}`);
    expect(await reader.textOf(["7"])).toBeUndefined();
  } finally {
    await reader.close();
    finder.close();
  }
});

it("links may be out of order", async () => {
  put("de/a.xml", German);
  put("en/a.xml", English);
  expect((await read(["4;4", "1;1", "2;2"])).map((item) => item[1])).toEqual(["four.", "One and more.", "Two."]);
});

it("pairs are those of the languages asked for, either way round", async () => {
  put("de/a.xml", German);
  put("en/a.xml", English);
  expect((await read(["1;1"], { sourceLanguage: "de", targetLanguage: "en" }))[0]).toEqual([
    5,
    "Eins & mehr.",
    "One and more.",
  ]);
  expect(await read(["1;1"], { targetLanguage: "fr" })).toEqual([[5, "not in both languages"]]);
  expect((await read(["1;1"], { sourceLanguage: undefined, targetLanguage: undefined }))[0]![1]).toBe("Eins & mehr.");
});

it("several documents follow one another", async () => {
  for (const name of ["a", "b"]) {
    put(`de/${name}.xml`, raw(`${name} eins`));
    put(`en/${name}.xml`, raw(`${name} one`));
  }
  const group = (name: string, targets: string) =>
    `<linkGrp fromDoc="de/${name}.xml" toDoc="en/${name}.xml"><link xtargets="${targets}"/></linkGrp>`;
  const text = `<cesAlign>${group("a", "1;1")}${group("b", "1;1")}${group("c", "1;1")}${group("a", "1;2")}</cesAlign>`;
  expect(await readItems(join(folder, "x.xml"), text)).toEqual([
    [1, "a one", "a eins"],
    [1, "b one", "b eins"],
    [1, "without a counterpart"],
    [1, "without a counterpart"],
  ]);
});
