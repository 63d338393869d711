/**
 * Source of truth: the documentation of Android's string resources, of Apple's strings files and Xcode's catalogues, of java.util.Properties and of
 * Project Fluent's syntax; texts by hand.
 */
import { describe, expect, it, test } from "vitest";
import { readItems, readTwo } from "../read-items.ts";

describe("Android", () => {
  const xml = (body: string) =>
    `<?xml version="1.0" encoding="utf-8"?>\n<resources xmlns:xliff="urn:oasis:names:tc:xliff:document:1.2">\n${body}\n</resources>`;
  const text = async (string: string, options = {}) => {
    const both = xml(`<string name="a">${string}</string>`);
    return (await readTwo("strings.xml", [both, both], options))[0]!.slice(1);
  };

  test.each([
    ["  two  \n  spaces ", " two spaces "],
    [String.raw`It\'s \"so\" \n\t\@\?\\ \u00e9`, 'It\'s "so" \n\t@?\\ é'],
    ['" two  spaces "', " two  spaces "],
    ["a &amp; b &lt;c>", "a & b <c>"],
    ["<![CDATA[a <b>c</b>]]>", "a <b>c</b>"],
    ["an <b>important</b> <xliff:g id='n' example='3'>%1$d</xliff:g>", "an important %1$d"],
    ["one<br/>two", "one two"],
  ])("%j", async (string, expected) => {
    expect(await text(string)).toEqual([expected, expected]);
  });

  it("has inline tags", async () => {
    expect((await text("an <b>important</b> one<br/>", { tags: "keep" }))[0]).toBe("an <1>important</1> one<2/>");
    expect(await text("an <b>important</b> one", { tags: "skip" })).toEqual(["inline tags"]);
  });

  it("pairs strings, plurals and arrays by their keys", async () => {
    const english = xml(`<string name="a">One</string>
<string name="b" translatable="false">Two</string>
<string name="c">Three</string>
<plurals name="a"><item quantity="one">a file</item><item quantity="other">%d files</item></plurals>
<string-array name="d"><item>Four</item><item>Five</item></string-array>
<integer name="a">1</integer>`);
    const german =
      xml(`<string name="d">x</string><plurals name="a"><item quantity="other">%d Dateien</item><item quantity="one">eine Datei</item></plurals>
<string name="a">Eins</string><string name="b">Zwei</string><string-array name="d"><item>Vier</item></string-array>`);
    expect(await readTwo("strings.xml", [english, german])).toEqual([
      [3, "One", "Eins"],
      [4, "not to be translated"],
      [5, "without a counterpart"],
      [6, "a file", "eine Datei"],
      [6, "%d files", "%d Dateien"],
      [7, "Four", "Vier"],
      [7, "without a counterpart"],
      [3, "without a counterpart"],
    ]);
  });
});

describe("Apple's strings", () => {
  const english = `/* A comment; "x" = "y"; */
"Hello, %@!" = "Hello, %@!"; // another
key.two="Two \\"quoted\\" \\U00e9\\n\\t\\\\";
"alone";
"gone" = "Gone";
`;
  const german = '"key.two" = "Zwei";\n"Hello, %@!"\n  = "Hallo\nSie, %@!";\n"alone" = "allein";';
  const expected = [
    [2, "Hello, %@!", "Hallo\nSie, %@!"],
    [3, 'Two "quoted" é\n\t\\', "Zwei"],
    [4, "alone", "allein"],
    [5, "without a counterpart"],
  ];

  test.each([
    ["UTF-8", Buffer.from(english), Buffer.from(german)],
    ["UTF-16", Buffer.from(`\ufeff${english}`, "utf16le"), Buffer.from(`\ufeff${german}`, "utf16le").swap16()],
  ])("in %s", async (_, source, target) => {
    expect(await readTwo("a.strings", [source, target])).toEqual(expected);
  });

  test.each([
    ['"a" = "b"\n"c" = "d";', 2],
    ['"a" "b";', 1],
    ['"a" = "b"', 1],
    ['"a" = "b";\n}', 2],
    ['"a" = "b', 1],
  ])("%j is refused by its line", async (text, line) => {
    await expect(readTwo("a.strings", [text, german])).rejects.toMatchObject({
      name: "DataError",
      where: `a.strings:${line}`,
    });
  });

  it("may be property lists, but no binary ones", async () => {
    const plist = (value: string) =>
      `<?xml version="1.0"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "x">\n<plist version="1.0"><dict>\n<key>a</key>\n<string>${value}</string><key>n</key><integer>1</integer></dict></plist>`;
    expect(await readTwo("a.strings", [plist("One &amp; two"), plist("Eins")])).toEqual([[5, "One & two", "Eins"]]);
    await expect(readTwo("a.strings", ["bplist00", "x"])).rejects.toMatchObject({
      nextStep: expect.stringContaining("plutil"),
    });
  });

  it("have plurals in .stringsdict", async () => {
    const plist = (format: string, one: string, other: string) => `<plist version="1.0"><dict><key>%d files</key>
<dict><key>NSStringLocalizedFormatKey</key><string>${format}</string>
<key>files</key><dict><key>NSStringFormatSpecTypeKey</key><string>NSStringPluralRuleType</string>
<key>NSStringFormatValueTypeKey</key><string>d</string>
<key>one</key><string>${one}</string>
<key>other</key><string>${other}</string></dict></dict></dict></plist>`;
    const read = (format: string) =>
      readTwo("a.stringsdict", [plist(format, "a file", "%d files"), plist(format, "eine Datei", "%d Dateien")]);
    const plurals = [
      [5, "a file", "eine Datei"],
      [6, "%d files", "%d Dateien"],
    ];
    expect(await read("%#@files@")).toEqual(plurals);
    expect(await read("In: %#@files@")).toEqual([[2, "In: %#@files@", "In: %#@files@"], ...plurals]);
  });
});

describe("Xcode's catalogues", () => {
  const unit = (value: string, state = "translated") => ({ stringUnit: { state, value } });
  const catalogue = (strings: object) => JSON.stringify({ sourceLanguage: "en", strings, version: "1.0" }, null, 1);
  const read = (strings: object, options = {}) => readItems("a.xcstrings", catalogue(strings), options);

  it("have a key as the text of the source language, unless that has one of its own", async () => {
    const strings = {
      One: { localizations: { de: unit("Eins") } },
      "key.two": { localizations: { en: unit("Two"), "de-AT": unit("x"), de: unit("Zwei") } },
      Three: { comment: "none yet" },
      Four: { shouldTranslate: false, localizations: { de: unit("Vier") } },
      Five: { extractionState: "stale", localizations: { de: unit("Fünf") } },
      Six: { localizations: { de: unit("Sechs", "needs_review") } },
      Seven: { localizations: { de: unit("", "new") } },
    };
    expect(await read(strings)).toEqual([
      [4, "One", "Eins"],
      [14, "Two", "Zwei"],
      [36, "not in both languages"],
      [39, "not to be translated"],
      [50, "obsolete"],
      [61, "fuzzy or to be reviewed"],
      [71, "not translated"],
    ]);
    const all = await read(strings, { fuzzy: true, obsolete: true });
    expect(all.filter((item) => item.length === 3).map((item) => item[2])).toEqual(["Eins", "Zwei", "Fünf", "Sechs"]);
    expect((await read(strings, { sourceLanguage: "de", targetLanguage: "en" }))[0]).toEqual([4, "Eins", "One"]);
  });

  it("have plurals, devices and substitutions by variation", async () => {
    const plural = (one: string, other: string) => ({ variations: { plural: { one: unit(one), other: unit(other) } } });
    const strings = {
      "%d files": { localizations: { en: plural("a file", "%d files"), de: plural("eine Datei", "%d Dateien") } },
      "%d folders": { localizations: { de: plural("ein Ordner", "%d Ordner") } },
      sub: {
        localizations: {
          en: { ...unit("In %#@n@"), substitutions: { n: { argNum: 1, ...plural("a place", "%arg places") } } },
          de: { ...unit("An %#@n@"), substitutions: { n: { argNum: 1, ...plural("einem Ort", "%arg Orten") } } },
        },
      },
    };
    expect((await read(strings)).map(([, ...pair]) => pair)).toEqual([
      ["a file", "eine Datei"],
      ["%d files", "%d Dateien"],
      ["%d folders", "%d Ordner"],
      ["In %#@n@", "An %#@n@"],
      ["a place", "einem Ort"],
      ["%arg places", "%arg Orten"],
    ]);
  });

  test.each([["{"], ["[]"], ['{"strings": []}']])("%s is refused", async (text) => {
    await expect(readItems("a.xcstrings", text)).rejects.toMatchObject({ name: "DataError", where: "a.xcstrings" });
  });
});

test(".properties are paired by key, the last of equal ones", async () => {
  const english = "# c\na = One\nb: Two \\\n   lines\nc\\ d Three\ne=\na=1\ng=7\n";
  const german = "b=Zwei\\u00e9\na=Eins\nc\\ d=Drei\ne=x\nf=y\n";
  expect(await readTwo("a.properties", [english, Buffer.from(german.replace("Drei", "Dré"), "latin1")])).toEqual([
    [7, "1", "Eins"],
    [3, "Two lines", "Zweié"],
    [5, "Three", "Dré"],
    [6, "", "x"],
    [8, "without a counterpart"],
    [5, "without a counterpart"],
  ]);
  const slashes = `a=${"\\".repeat(1 << 20)}b\n`;
  expect(await readTwo("a.properties", [slashes, "a=x"])).toHaveLength(1);
});

describe("Fluent", () => {
  it("has messages, attributes and terms", async () => {
    const english = `# comment
-brand = Firefox
hello = Hello, { $user }!
    In two lines { "{" } { -brand }
    .title = A title
bad
gone = Gone
`;
    const german = `hello = Hallo, { $user }!
    .title = Ein Titel
-brand = Feuerfuchs
bad = x
`;
    expect(await readTwo("a.ftl", [english, german])).toEqual([
      [2, "Firefox", "Feuerfuchs"],
      [3, "Hello, { $user }!\nIn two lines { { -brand }", "Hallo, { $user }!"],
      [3, "A title", "Ein Titel"],
      [6, "malformed"],
      [7, "without a counterpart"],
      [4, "without a counterpart"],
    ]);
  });

  it("has a text for each variant of a selection, wherever it stands", async () => {
    const english = `files = { $n ->
    [one] a file
   *[other] { $n } files
} in { $n ->
    [one] one place
   *[many] places
}
n = { NUMBER($n) ->
    [0] none
   *[1.0] some
}
`;
    const german = `files = { $n ->
    [one] eine Datei
    [few] x
   *[other] { $n } Dateien
}
n = { $n ->
   *[0] keine
}
`;
    expect(await readTwo("a.ftl", [english, german])).toEqual([
      [1, "a file in one place", "eine Datei"],
      [1, "{ $n } files in places", "{ $n } Dateien"],
      [8, "none", "keine"],
      [8, "without a counterpart"],
      [1, "without a counterpart"],
    ]);
  });
});
