/** Source of truth: TMX 1.4b (LISA OSCAR) and files as translation tools write them; the pairs by hand. */
import { describe, expect, it, test } from "vitest";
import { DEFAULT_IMPORT } from "../../../../src/corpora/formats/importer.ts";
import { tmx as tmxImporter } from "../../../../src/corpora/formats/xml/tmx.ts";
import { asFile, collect, readItems } from "../read-items.ts";

const LANGUAGES = { ...DEFAULT_IMPORT, sourceLanguage: "en", targetLanguage: "de" };
const tmx = (body: string, version = "1.4") =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="${version}"><header srclang="*all*"/><body>\n${body}\n</body></tmx>\n`;
const tuv = (language: string, text: string, attribute = "xml:lang") =>
  `<tuv ${attribute}="${language}"><seg>${text}</seg></tuv>`;
const tu = (...variants: string[]) => tmx(`<tu>${variants.join("")}</tu>`);

describe("languages", () => {
  test.each([
    ["are found wherever they stand", tu(tuv("fr", "un"), tuv("de", "eins"), tuv("en", "one"))],
    ["of any region, case and spelling fit", tu(tuv("EN_us", "one"), tuv("deu-AT", "eins"))],
    ["are those of lang, before TMX 1.4", tu(tuv("EN-US", "one", "lang"), tuv("DE", "eins", "lang"))],
    [
      "are those of xml:lang where both are there",
      tu(`<tuv lang="fr" xml:lang="en"><seg>one</seg></tuv>`, tuv("de", "eins")),
    ],
    [
      "that are exactly those asked for come before others",
      tu(tuv("en-GB", "won"), tuv("en", "one"), tuv("de", "eins")),
    ],
  ])("%s", async (_, text) => {
    expect(await readItems("a.tmx", text)).toEqual([[4, "one", "eins"]]);
  });

  it("of another script are others", async () => {
    const text = tu(tuv("en", "one"), tuv("zh-TW", "壹"));
    expect(await readItems("a.tmx", text, { targetLanguage: "zh-Hans" })).toEqual([[4, "not in both languages"]]);
    expect(await readItems("a.tmx", text, { targetLanguage: "zh-Hant" })).toEqual([[4, "one", "壹"]]);
    expect(await readItems("a.tmx", text, { targetLanguage: "zh" })).toEqual([[4, "one", "壹"]]);
  });

  it("that a unit lacks are told with its line", async () => {
    const units = `<tu>${tuv("en", "one")}</tu>\n<tu\n tuid="2">${tuv("en", "two")}${tuv("fr", "deux")}</tu><tu/>`;
    expect(await readItems("a.tmx", tmx(units))).toEqual([
      [4, "not in both languages"],
      [5, "not in both languages"],
      [6, "not in both languages"],
    ]);
  });

  it("that stand several times in a unit are further pairs", async () => {
    const pairsOf = async (...variants: string[]) =>
      (await readItems("a.tmx", tu(...variants))).map(([, ...pair]) => pair);
    expect(await pairsOf(tuv("en", "one"), tuv("de", "eins"), tuv("de", "ein"))).toEqual([
      ["one", "eins"],
      ["one", "ein"],
    ]);
    expect(await pairsOf(tuv("en-US", "color"), tuv("en-GB", "colour"), tuv("de", "Farbe"))).toEqual([
      ["color", "Farbe"],
      ["colour", "Farbe"],
    ]);
    expect(await pairsOf(tuv("en", "a"), tuv("en", "b"), tuv("de", "A"), tuv("de", "B"), tuv("de", "C"))).toEqual([
      ["a", "A"],
      ["b", "B"],
      ["b", "C"],
    ]);
  });
});

describe("inline tags", () => {
  const bold = `Press <bpt i="1" x="1">&lt;b&gt;</bpt>Enter<ept i="1">&lt;/b&gt;</ept> <ph x="2">{0}</ph> now<it pos="end" x="3">&lt;/i&gt;</it>.`;
  const fett = `<ph x="2">{0}</ph> Jetzt <hi x="4">die</hi> <bpt i="7" x="1">&lt;b&gt;</bpt>Taste<ept i="7">&lt;/b&gt;</ept>.`;
  const text = tu(tuv("en", bold), tuv("de", fett));

  it("are dropped with what they hold, and one of two spaces around them", async () => {
    expect(await readItems("a.tmx", text)).toEqual([[4, "Press Enter now.", "Jetzt die Taste."]]);
  });

  it("are kept with the same numbers on both sides", async () => {
    expect(await readItems("a.tmx", text, { tags: "keep" })).toEqual([
      [4, "Press <1>Enter</1> <2/> now<3/>.", "<2/> Jetzt <4>die</4> <1>Taste</1>."],
    ]);
  });

  it("are a reason to skip the pair", async () => {
    expect(await readItems("a.tmx", text, { tags: "skip" })).toEqual([[4, "inline tags"]]);
    const plain = tu(tuv("en", "a &lt;b&gt;"), tuv("de", "<![CDATA[a <b>]]>"));
    expect(await readItems("a.tmx", plain, { tags: "skip" })).toEqual([[4, "a <b>", "a <b>"]]);
    expect(await readItems("a.tmx", tu(tuv("en", "a"), tuv("de", "<hi>a</hi>")), { tags: "skip" })).toHaveLength(1);
  });

  it("that break a line are a space", async () => {
    const lines = tu(tuv("en", `one<ph type="lb"/>two <ph type="lb"/>three`), tuv("de", `eins<ph/>zwei`));
    expect(await readItems("a.tmx", lines)).toEqual([[4, "one two three", "einszwei"]]);
  });

  it("that hold text give pairs of their own, where both sides have as many", async () => {
    const link = (title: string) => `<bpt i="1">&lt;a title="<sub>${title}</sub>"&gt;</bpt>`;
    const there = tu(
      tuv("en", `See ${link("a page")}this<ept i="1"/>`),
      tuv("de", `Siehe ${link("eine Seite")}das<ept i="1"/>`),
    );
    const pairs = [
      [4, "See this", "Siehe das"],
      [4, "a page", "eine Seite"],
    ];
    expect(await readItems("a.tmx", there)).toEqual(pairs);
    const kept = await readItems("a.tmx", there, { tags: "keep" });
    expect(kept).toEqual([[4, "See <1>this</1>", "Siehe <1>das</1>"], pairs[1]]);
    const missing = tu(tuv("en", `See ${link("a page")}this<ept i="1"/>`), tuv("de", "Siehe das"));
    expect(await readItems("a.tmx", missing)).toEqual([
      [4, "See this", "Siehe das"],
      [4, "without a counterpart"],
    ]);
  });

  it("are too many to be marked where there are over a thousand", async () => {
    const many = "<ph/>a".repeat(600);
    expect(await readItems("a.tmx", tu(tuv("en", many), tuv("de", many)), { tags: "keep" })).toEqual([[4, "too long"]]);
  });

  it("have numbers that the text itself has not", async () => {
    const literal = tu(tuv("en", "a &lt;1&gt; <ph/>"), tuv("de", "<ph/> &lt;1&gt;"));
    expect(await readItems("a.tmx", literal, { tags: "keep" })).toEqual([[4, "a <1> <2/>", "<2/> <1>"]]);
  });
});

test("units with characters that XML forbids are skipped, and the others read", async () => {
  const units = [tuv("en", "one&#x1f;"), tuv("en", "&nbsp;two"), tuv("en", "th\u0001ree"), tuv("en", "four")];
  const text = tmx(units.map((unit) => `<tu>${unit}${tuv("de", "x")}</tu>`).join("\n"));
  expect(await readItems("a.tmx", text)).toEqual([
    [4, "malformed"],
    [5, "malformed"],
    [6, "malformed"],
    [7, "four", "x"],
  ]);
});

test("notes, properties and comments are no text", async () => {
  const text =
    tmx(`<tu><note>n</note><prop type="x">p</prop><!-- c --><tuv xml:lang="en"><prop type="y">q</prop><seg>one<!-- c --> two</seg></tuv>
    <tuv xml:lang="de"><note>n</note><seg>eins</seg></tuv></tu>`);
  expect(await readItems("a.tmx", text)).toEqual([[4, "one two", "eins"]]);
});

test.each([
  ["UTF-16 with a byte order mark", Buffer.from(`\ufeff${tu(tuv("en", "é"), tuv("de", "ü"))}`, "utf16le")],
  ["UTF-16 the other way round", Buffer.from(`\ufeff${tu(tuv("en", "é"), tuv("de", "ü"))}`, "utf16le").swap16()],
  ["UTF-16 without a byte order mark", Buffer.from(tu(tuv("en", "é"), tuv("de", "ü")), "utf16le")],
  ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${tu(tuv("en", "é"), tuv("de", "ü"))}`)],
  ["UTF-8 that calls itself UTF-16", Buffer.from(tu(tuv("en", "é"), tuv("de", "ü")).replace("UTF-8", "utf-16"))],
  ["Latin-1", Buffer.from(tu(tuv("en", "é"), tuv("de", "ü")).replace("UTF-8", "ISO-8859-1"), "latin1")],
])("%s is read, in chunks cut at every place", async (_, bytes) => {
  for (const step of [1, 2, 3, 7, 1000]) expect(await readItems("a.tmx", bytes, {}, step)).toEqual([[4, "é", "ü"]]);
});

describe("a file is refused", () => {
  test.each([
    ["without its end", tu(tuv("en", "a"), tuv("de", "b")).slice(0, -9), "unclosed tag", 5],
    ["with tags that cross", tmx("<tu><tuv></tu></tuv>"), "unexpected close tag", 4],
    ["with a bare &", tmx(`<tu>${tuv("en", "AT&T a;")}</tu>`), "disallowed character in entity name", 4],
    ["with another root", "<?xml version='1.0'?>\n<xliff/>", "its root is <xliff>, not <tmx>", 2],
    ["with entities in entities", `<!DOCTYPE tmx [<!ENTITY a "x">\n<!ENTITY b "&a;&a;">]><tmx/>`, "holds others", 2],
    ["with entities of markup", `<!DOCTYPE tmx [<!ENTITY a "<tu>">]><tmx/>`, "holds others or markup", 1],
    ["with elements 501 deep", `<tmx>${"<a>".repeat(600)}`, "more than 500 deep", 1],
    ["that is no XML", "just text", "text data outside of root", 1],
  ])("%s", async (_, text, message, line) => {
    await expect(collect(tmxImporter.pairs(asFile("a.tmx", text, 5), LANGUAGES))).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringContaining(message),
      where: `a.tmx:${line}`,
      nextStep: expect.any(String),
    });
  });

  it("by the line of bytes that are not of its encoding", async () => {
    const bytes = Buffer.from(tu(tuv("en", "a"), tuv("de", "\n\nü")), "latin1");
    await expect(readItems("a.tmx", bytes)).rejects.toMatchObject({
      where: "a.tmx:6",
      message: expect.stringContaining("UTF-8"),
    });
    const cut = Buffer.concat([Buffer.from(tmx("")), Buffer.from([0xc3])]);
    await expect(readItems("a.tmx", cut)).rejects.toMatchObject({ where: "a.tmx:6" });
    await expect(readItems("a.tmx", tmx("").replace("UTF-8", "x-none"))).rejects.toMatchObject({
      message: expect.stringContaining('encoding "x-none"'),
    });
  });

  it("with an element that never ends, before it takes the memory", async () => {
    const endless = `<tmx><body><tu><tuv xml:lang="en"><seg>${"word ".repeat(1 << 22)}`;
    await expect(readItems("a.tmx", endless)).rejects.toMatchObject({
      message: expect.stringContaining("longer than 16 MiB"),
    });
    const comment = `<tmx><!-- ${"word ".repeat(1 << 22)}`;
    await expect(readItems("a.tmx", comment)).rejects.toMatchObject({
      message: expect.stringContaining("longer than 16 MiB"),
    });
  });
});

test("entities that a document declares for plain text are read", async () => {
  const text = `<!DOCTYPE tmx [<!-- <!ENTITY no "n"> --><!ENTITY brand "Fire &amp; &#x46;ox"><!ENTITY % p SYSTEM "x">]>\n<tmx><body><tu>${tuv("en", "&brand;!")}${tuv("de", "&brand;?")}</tu></body></tmx>`;
  expect(await readItems("a.tmx", text)).toEqual([[2, "Fire & Fox!", "Fire & Fox?"]]);
});
