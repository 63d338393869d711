// Source of truth: an identity translator, whose documents are the same to the byte; translations written by hand.
import { describe, expect, it } from "vitest";
import { documentEndings, formatOfDocument, refuseOtherDocuments } from "../../src/documents/document-formats.ts";
import { readDocument } from "../../src/documents/read-document.ts";
import { type DocumentOptions, translateDocument } from "../../src/documents/translate-document.ts";
import { ZipMembers } from "../../src/documents/word/zip-members.ts";
import { textCounts } from "../../src/segments/text-counts.ts";
import type { LineHypothesis, TranslateLines } from "../../src/segments/translate-lines.ts";
import { DOCX, FILES, TEXTS } from "./sample-documents.ts";

type Lines = (line: string) => string | string[];

/** Translates with a function of a line; the lines of each call are kept. */
async function translate(name: string, bytes: Uint8Array, of: Lines, options: DocumentOptions = {}) {
  const document = readDocument(bytes, name, { targetLanguage: "de" });
  const calls: string[][] = [];
  const lines: TranslateLines = async function* (some) {
    calls.push(some.map(({ text }) => text));
    for (const { text: line } of some)
      yield { hypotheses: [of(line)].flat().map((text): LineHypothesis => ({ text })) };
  };
  const written = await translateDocument(document, lines, { language: "en", ...options });
  return { calls, written: Buffer.from(written), document };
}

const text = async (name: string, source: string, of: Lines, options?: DocumentOptions) =>
  (await translate(name, Buffer.from(source), of, options)).written.toString();

const isBilingual = (name: string) => /\.(?:po|xlf|xliff|tmx)$/.test(name);
const same = (line: string) => line;

describe.each(FILES)("%s, %s", (name, _, bytes) => {
  it("with an identity model is the same bytes, or has its sources for translations and is the same bytes then", async () => {
    let before = Buffer.from(bytes);
    if (isBilingual(name)) {
      const { written, document } = await translate(name, bytes, same);
      const again = readDocument(written, name);
      document.segments.forEach(({ state, text, current }, i) => {
        expect(again.segments[i]!.current).toBe(state === "new" ? text : current);
      });
      before = written;
    }
    const { written } = await translate(name, before, same);
    expect(written.equals(before)).toBe(true);
  });

  it("has all of its markup after a translation that turns words around, whose lines had none of it", async () => {
    const turned = (line: string) => line.split(" ").reverse().join(" ");
    const { written, calls, document } = await translate(name, bytes, turned, { retranslate: "all" });
    const { segments } = readDocument(written, name, { targetLanguage: "de" });
    expect(segments).toHaveLength(document.segments.length);
    if (isBilingual(name)) {
      segments.forEach(({ current, tags }) => {
        for (const tag of tags) expect(current).toContain(tag);
      });
    } else expect(markup(written)).toEqual(markup(bytes));
    for (const lines of calls) for (const line of lines) expect(line).not.toMatch(/\p{Cc}|<g\d/u);
  });
});

/** Tags, links and emphasis of a text, sorted; formatting and links of a Word document. */
function markup(bytes: Uint8Array): string[] {
  const isZip = bytes[0] === 0x50;
  const xml = () => new ZipMembers(bytes, "a.docx").content("word/document.xml").toString();
  const text = isZip
    ? xml()
    : new TextDecoder(bytes[0] === 0xff ? "utf-16le" : bytes[0] === 0xfe ? "utf-16be" : "utf-8").decode(bytes);
  return (
    text.match(isZip ? /<w:(?:u|tab|fldChar|hyperlink|pict)\b[^<>]*>/g : /<[^\s<>]*|\*+|\]\([^)]*\)/g) ?? []
  ).sort();
}

describe("a document's text", () => {
  it("is translated sentence by sentence, equal ones once", async () => {
    const { written, calls } = await translate("a.md", Buffer.from("One two. Three!\n\n- One two. Three!\n"), (line) =>
      line.toUpperCase(),
    );
    expect(calls).toEqual([["One two.", "Three!"], []].slice(0, calls.length));
    expect(written.toString()).toBe("ONE TWO. THREE!\n\n- ONE TWO. THREE!\n");
  });

  it("keeps tags, placeholders and addresses where the translation has them", async () => {
    const html = "<p>See <b>the page</b> {0} at https://a.example/x.</p>";
    const of = (line: string) => line.replace("See", "Siehe").replace("the page", "die Seite").replace(" at", " unter");
    expect(await text("a.html", html, of)).toBe("<p>Siehe <b>die Seite</b> {0} unter https://a.example/x.</p>");
  });

  it("takes a later hypothesis that has the tags", async () => {
    const of = (line: string) => [line.replace(/[{}]\d?/g, ""), line.replace("bold", "fett")];
    const counts = textCounts();
    expect(await text("a.html", "<p>A <b>bold</b> word</p>", of, { counts })).toBe("<p>A <b>fett</b> word</p>");
    expect(counts.nextHypothesis).toBe(1);
  });

  it("does not go beyond line breaks and tabs, whose tags stay in their order", async () => {
    const source = '<p>Street 1<br>Town, <i>far<br class="x">away</i></p>';
    const { written, calls } = await translate("a.html", Buffer.from(source), (line) => line.toUpperCase());
    expect(calls[0]).toEqual(["Street 1", "Town, {0}far", "away"]);
    expect(written.toString()).toBe('<p>STREET 1<br>TOWN, <i>FAR<br class="x">AWAY</i></p>');
  });

  it("that looks like a tag is no tag of the document's", async () => {
    const source = "<p>Write &lt;g1&gt;x&lt;/g1&gt; and &lt;1&gt; <b>here</b></p>";
    expect(await text("a.html", source, same)).toBe(source);
    const of = (line: string) => line.replace("Write", "Schreib").replace("here", "hier");
    expect(await text("a.html", source, of)).toBe("<p>Schreib &lt;g1&gt;x&lt;/g1&gt; and &lt;1&gt; <b>hier</b></p>");
  });
});

describe("files of two languages", () => {
  const po = 'msgid "one"\nmsgstr ""\n\n#, fuzzy\nmsgid "two"\nmsgstr "zwo"\n\nmsgid "three"\nmsgstr "drei"\n';
  it.each([
    [undefined, ["ONE", "zwo", "drei"]],
    ["fuzzy", ["ONE", "TWO", "drei"]],
    ["all", ["ONE", "TWO", "THREE"]],
  ] as const)("retranslate %s", async (retranslate, translations) => {
    const options = retranslate === undefined ? {} : { retranslate };
    const written = await text("a.po", po, (line) => line.toUpperCase(), options);
    expect(readDocument(Buffer.from(written), "a.po").segments.map(({ current }) => current)).toEqual(translations);
    expect(written).toContain("#, fuzzy\n");
  });

  it("name their target language once there is a translation, where they did not", async () => {
    const two = TEXTS["two.xliff"]!.replace(' trgLang="de"', "");
    expect(await text("two.xliff", two, same)).toContain('srcLang="en" trgLang="de">');
    const one = TEXTS["one.xlf"]!.replace(/ target-language="[^"]*"/, "");
    expect((await text("one.xlf", one, same)).match(/ target-language="de"/g)).toHaveLength(1);
    const document = readDocument(Buffer.from(one), "one.xlf", { targetLanguage: "de" });
    expect(Buffer.from(document.write(document.segments.map(({ current }) => current))).toString()).toBe(one);
  });
});

describe("endings", () => {
  it("of formats are known in any case, with folders before them", () => {
    for (const ending of documentEndings) expect(formatOfDocument(`/a.b/x${ending.toUpperCase()}`)).toBeDefined();
    expect(formatOfDocument("x.ARB")).toBe("json");
  });

  it.each([
    ["a.doc", /"\.doc" cannot/, /\.docx/],
    ["a.PDF", /"\.pdf" cannot/, /made of/],
    ["a.odt", /"\.odt"/, /--convert-to docx/],
    ["a.md.gz", /"\.gz"/, /Unpack/],
    ["a.doc.xz", /"\.xz"/, /Unpack/],
  ])("%s is refused, with what to do", (name, message, nextStep) => {
    for (const refuse of [refuseOtherDocuments, formatOfDocument]) {
      expect(() => refuse(name)).toThrow(
        expect.objectContaining({ where: name, nextStep: expect.stringMatching(nextStep) }),
      );
      expect(() => refuse(name)).toThrow(message);
    }
  });

  it("that nobody knows are refused as documents only", () => {
    expect(() => formatOfDocument("news.en")).toThrow(
      expect.objectContaining({ nextStep: expect.stringMatching(/\.docx/) }),
    );
    expect(() => formatOfDocument("README")).toThrow(/without an ending/);
    for (const name of ["news.en", "news.en.gz", "a.txt.xz"]) expect(() => refuseOtherDocuments(name)).not.toThrow();
    expect(() => formatOfDocument("news.en.gz")).toThrow(
      expect.objectContaining({ nextStep: expect.stringMatching(/Unpack/) }),
    );
  });
});

it("a docx of many parts has translations in all of them", async () => {
  const { written } = await translate("a.docx", DOCX, (line) => line.toUpperCase());
  const texts = readDocument(written, "a.docx").segments.map((segment) => segment.text);
  expect(texts).toContain("A HEADING");
  expect(texts).toContain("A NOTE");
});
