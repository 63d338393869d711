// Source of truth: the formats' specifications; texts and what is written for translations, by hand.
import { describe, expect, it } from "vitest";
import { NmtError } from "../../src/base/errors.ts";
import { readDocument } from "../../src/documents/read-document.ts";
import type { ReadOptions } from "../../src/documents/segments/document.ts";
import { ZipMembers } from "../../src/documents/word/zip-members.ts";
import { zip } from "../corpora/archives/zip-archive.ts";
import { DOCX, TEXTS } from "./sample-documents.ts";

const read = (name: string, text: string, options?: ReadOptions) => readDocument(Buffer.from(text), name, options);
const texts = (name: string, text: string) => read(name, text).segments.map((segment) => segment.text);
const write = (name: string, text: string, translations: (string | undefined)[], options?: ReadOptions) =>
  Buffer.from(read(name, text, options).write(translations)).toString();

describe("texts of", () => {
  it.each([
    ["a.txt", ["First line.", "Second, with spaces around.", "Dritte Zeile: ä, 漢字, 😀", "last without a line break"]],
    [
      "a.md",
      [
        "A heading with <1>emphasis</1>",
        "A paragraph with <1>bold</1>, <2>italic</2> and <3/> that goes on in a second line, with a <4>link</4> and <5>a picture</5>. It has a hard break<6/>and an escaped * star, 5 * 3 and snake_case.",
        "A quotation in two lines.",
        "An item continued",
        "A task & more",
        "First",
        "Nested",
        "Name",
        "What it is",
        "one",
        "the <1/> <2>first</2>",
        "A line with <1>HTML</1> and <2/>.",
        "Setext heading",
      ],
    ],
    [
      "a.html",
      [
        "A page & its title",
        "Welcome",
        "Go there",
        "A picture",
        "Some <1>bold <2>and italic</2></1> text with a <3>link</3>, an <4/> and\n   a line break in the source.<5/>Next line.",
        "Unclosed paragraph <1> été",
        "One",
        "Two <1/> <2/>!",
        "keep\n  this   space",
        "Name",
        "It's",
        "in a box",
        "All of it",
        "mis<1>nested <2/>tags</1> here",
      ],
    ],
    [
      "a.srt",
      ["This is a subtitle that is broken into two lines.", "- Who <1>is</1> there?", "- <1/>Nobody.", "5 < 6"],
    ],
    ["a.vtt", ["<1>Tom & <2>Jerry</2></1> at home <3/>now", "Last one"]],
    [
      "a.po",
      [
        "Open file",
        "%d lines",
        "Close",
        "%d file",
        "%d files",
        'Several lines,\nwith "quotes" and a \\ and a tab\t.\n',
      ],
    ],
    ["one.xlf", ["Hello <1>big <2/></1> & small <world>", "Has one", "<1/> files", "Yes <1/>", "a < b"]],
    ["two.xliff", ["First <1>sentence</1>.", "Second <1/> <2/>"]],
    ["a.tmx", ["A <1>marked</1> word<2/>", "One <1>two</1>"]],
    ["a.json", ['Hello "you"', "one", "two\n", "café – ok", "Hi {name}"]],
    ["a.properties", ["Hello, été", "one two three", "value\twith tab", "C:\\dir"]],
  ])("%s", (name, expected) => {
    expect(texts(name, TEXTS[name]!)).toEqual(expected);
  });

  it("a.docx", () => {
    expect(readDocument(DOCX, "a.docx").segments.map(({ text }) => text)).toEqual([
      "A heading",
      "Some text with <1>bold words</1>, a<2/>tab & a <3>link</3>.",
      "Page <1/> of it",
      "Cell",
      "Around <1/> a box",
      "in a box",
      "A note",
    ]);
  });
});

describe("what is written", () => {
  it("in HTML keeps tags, their attributes' translations and quotes", () => {
    const html = `<p>An <a href=x title=here>old</a> <img alt='it'> thing</p>`;
    expect(texts("a.html", html)).toEqual(["here", "it", "An <1>old</1> <2/> thing"]);
    expect(write("a.html", html, ['"da"', "'s", "Ein <2/> & <1>altes</1> Ding"])).toBe(
      `<p>Ein <img alt='&#39;s'> &amp; <a href=x title="&quot;da&quot;">altes</a> Ding</p>`,
    );
  });

  it("in PO are strings by lines, with the source's line breaks at the ends", () => {
    const po = `msgid "a\\n"\nmsgstr ""\n\nmsgid "b"\nmsgid_plural "c"\nmsgstr[0] ""\nmsgstr[1] "x"\n`;
    expect(write("a.po", po, ['1\n"2"', "e\n", undefined])).toBe(
      `msgid "a\\n"\nmsgstr ""\n"1\\n"\n"\\"2\\"\\n"\n\nmsgid "b"\nmsgid_plural "c"\nmsgstr[0] "e"\nmsgstr[1] "x"\n`,
    );
  });

  it("in PO has states and contexts", () => {
    expect(read("a.po", TEXTS["a.po"]!).segments.map(({ state, id, current }) => [state, id, current])).toEqual([
      ["new", undefined, ""],
      ["fuzzy", undefined, "%d Linien"],
      ["translated", "menu", "Schließen"],
      ["new", undefined, ""],
      ["new", undefined, ""],
      ["new", undefined, ""],
    ]);
  });

  it("in XLIFF 1.2 is a target with its state", () => {
    const written = write("one.xlf", TEXTS["one.xlf"]!, [
      "<1><2/> große</1> Hallo",
      "Eins",
      undefined,
      "Ja<1/>",
      undefined,
    ]);
    expect(written).toContain(
      `</source>\n        <target state="needs-review-translation"><g id="1" ctype="bold"><x id="2"/> große</g> Hallo</target>\n      </trans-unit>`,
    );
    expect(written).toContain('<target state="needs-review-translation">Eins</target>');
    expect(written).toContain('<target>Ja<ph id="1">&lt;br&gt;</ph></target></trans-unit></group>');
    expect(read("one.xlf", TEXTS["one.xlf"]!).segments.map(({ state }) => state)).toEqual([
      "new",
      "new",
      "translated",
      "new",
      "new",
    ]);
  });

  it("in XLIFF 2.0 turns the state initial into translated", () => {
    const written = write("a.xlf", TEXTS["two.xliff"]!, ["Erster <1>Satz</1>.", undefined]);
    expect(written).toContain(
      `<segment id="s1" state="translated">\n        <source>First <pc id="1">sentence</pc>.</source>\n        <target>Erster <pc id="1">Satz</pc>.</target>\n`,
    );
  });

  it("in TMX goes into the language that is asked for", () => {
    const written = write("a.tmx", TEXTS["a.tmx"]!, [undefined, "Eins <1>zwei</1>"], { targetLanguage: "de" });
    expect(written).toContain(
      `two<ept i="1">&lt;/b&gt;</ept></seg></tuv>\n      <tuv xml:lang="de"><seg>Eins <bpt i="1">&lt;b&gt;</bpt>zwei<ept`,
    );
    const french = read("a.tmx", TEXTS["a.tmx"]!, { targetLanguage: "FR" });
    expect(french.segments.map(({ current }) => current)).toEqual(["", "Un"]);
  });

  it("in subtitles has as many lines as before", () => {
    const srt = "1\n00:00:01,000 --> 00:00:04,000\none two\nthree four\n";
    expect(write("a.srt", srt, ["eins zwei drei vier"])).toBe(
      "1\n00:00:01,000 --> 00:00:04,000\neins zwei\ndrei vier\n",
    );
    expect(write("a.srt", srt, ["eins\n\nzwei"])).toBe("1\n00:00:01,000 --> 00:00:04,000\neins\nzwei\n");
  });

  it("in files of ASCII with escapes is escaped", () => {
    expect(write("a.json", '{"a": "\\u00e9"}', ["ü"])).toBe('{"a": "\\u00fc"}');
    expect(write("a.json", '{"a": "é"}', ["ü"])).toBe('{"a": "ü"}');
    expect(write("a.properties", "a=b", ["ü"])).toBe("a=\\u00fc");
    expect(write("a.properties", "a=é", [" ü\n"])).toBe("a=\\ ü\\n");
    const latin1 = readDocument(Buffer.from("a=\xe9", "latin1"), "a.properties");
    expect(latin1.segments[0]!.text).toBe("é");
    expect(Buffer.from(latin1.write(["ü"])).toString("latin1")).toBe("a=\\u00fc");
  });

  it("in Markdown is escaped where it would be markup, and no more", () => {
    expect(write("a.md", "a *b* c\n", ["1 * <1>snake_case</1> [x](y)"])).toBe("1 \\* *snake_case* \\[x](y)\n");
    expect(write("a.md", "text\n", ["# no heading"])).toBe("\\# no heading\n");
    expect(write("a.md", "a\n", ["1. no list"])).toBe("1\\. no list\n");
  });

  it("in docx leaves other members' bytes as they are, and keeps formatting", () => {
    const document = readDocument(DOCX, "a.docx");
    const written = document.write([undefined, "<3>Verweis</3> & <1>fett</1> <2/>", ...Array(5)]);
    const [before, after] = [new ZipMembers(DOCX, "a"), new ZipMembers(written, "b")];
    expect(after.names).toEqual(before.names);
    for (const name of before.names.filter((each) => each !== "word/document.xml")) {
      expect(after.content(name).equals(before.content(name))).toBe(true);
    }
    expect(after.content("word/document.xml").toString()).toContain(
      '<w:p><w:hyperlink r:id="rId9"><w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t xml:space="preserve">Verweis</w:t></w:r></w:hyperlink><w:r><w:t xml:space="preserve"> &amp; </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">fett</w:t></w:r><w:r><w:t xml:space="preserve"> </w:t></w:r><w:r><w:tab/></w:r></w:p>',
    );
  });

  it("in docx of a text box and of the paragraph around it is both there", () => {
    const document = readDocument(DOCX, "a.docx");
    const translations = document.segments.map(({ text }) => text.toUpperCase());
    const again = readDocument(document.write(translations), "a.docx");
    expect(again.segments.map(({ text }) => text)).toEqual(translations);
  });
});

describe("lost tags", () => {
  const html = "<p>\n<b>bold</b> and <i>italic</i>.</p>";
  const lost: [string, RegExp][] = [
    ["<1>fett</1> und kursiv", /lacks <2> <\/2>/],
    ["<1>fett</1> <1>und</1> <2>kursiv</2>", /has <1> twice/],
    ["<1>fett <2>und</1> kursiv</2>", /has <\/1> in the wrong place/],
  ];

  it.each(lost)("in %s are an error that says where, unless told otherwise", (translation, message) => {
    const document = read("a.html", html);
    expect(() => document.write([translation])).toThrow(message);
    expect(() => document.write([translation])).toThrow(
      expect.objectContaining({ where: "a.html, line 2", nextStep: expect.any(String) }),
    );
    expect(Buffer.from(document.write([translation], { lostTags: "keep" })).toString()).toBe(html);
    const words = translation.replace(/<[^>]*>/g, "");
    expect(Buffer.from(document.write([translation], { lostTags: "edges" })).toString()).toBe(
      `<p>\n<b>${words}</b><i></i></p>`,
    );
  });

  it("are none where the text itself has such brackets", () => {
    const escaped = "<p>&lt;1&gt; <b>x</b> y</p>";
    expect(texts("a.html", escaped)).toEqual(["<1> <2>x</2> y"]);
    expect(write("a.html", escaped, ["<2>x</2> <3>"])).toBe("<p><b>x</b> &lt;3&gt;</p>");
  });
});

describe("damaged files", () => {
  it.each([
    ["a.json", '{\n "a": 1,\n "b" 2}', "a.json, line 3"],
    ["a.json", '{"a": "\n"}', "a.json, line 1"],
    ["a.json", "[".repeat(100_000), "a.json, line 1"],
    ["a.po", 'msgid "a"\nmsgstr "b\n', "a.po, line 2"],
    ["a.po", 'msgid "a"\n\nmsgid "b"\nmsgstr ""\n', "a.po, line 3"],
    ["a.po", 'msgid ""\nmsgstr "charset=KOI8-R\\n"\n', "a.po, line 2"],
    ["a.properties", "\na=\\u12", "a.properties, line 2"],
    ["a.srt", "1\n00:00 --> x\n", "a.srt, line 2"],
    ["a.xlf", "<xliff version='1.2'>\n<a></b></xliff>", "a.xlf, line 2"],
    ["a.xlf", "<x/>", "a.xlf, line 1"],
    ["a.xlf", `<xliff version="1.2">${"<a>".repeat(10_000)}${"</a>".repeat(10_000)}</xliff>`, "a.xlf, line 1"],
    ["a.tmx", "<tmx><body><tu><tuv xml:lang='en'><seg>a</seg></tuv></tu></body></tmx>", "a.tmx"],
    ["a.txt", "\ufffe", "a.txt"],
    ["a.docx", "PK", "a.docx"],
  ])("%s: %s", (name, text, where) => {
    const bytes = text === "\ufffe" ? Buffer.from([0xff, 0xfe, 0x20]) : Buffer.from(text);
    expect(() => readDocument(bytes, name)).toThrow(NmtError);
    expect(() => readDocument(bytes, name)).toThrow(expect.objectContaining({ where, nextStep: expect.any(String) }));
  });

  it("say what they are where that is another format", () => {
    expect(() => readDocument(Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0]), "a.docx")).toThrow(/before 2007/);
    expect(() => readDocument(zip({ "a.txt": "x" }), "a.docx")).toThrow(/no Word document/);
    expect(() => readDocument(Buffer.from("x"), "a.pdf")).toThrow(/"\.pdf" cannot be read/);
    expect(() => readDocument(Buffer.from("a\nb\xe9", "latin1"), "a.txt")).toThrow(
      expect.objectContaining({ where: "a.txt, line 2" }),
    );
  });

  it("has as many translations as segments", () => {
    expect(() => read("a.txt", "a\nb").write(["x"])).toThrow(RangeError);
  });
});
