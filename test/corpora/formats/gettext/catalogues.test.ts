/** Source of truth: the gettext manual ("The Format of PO Files", "The Format of GNU MO Files") and what msgfmt 0.21 makes of such files; the pairs by hand. */
import { describe, expect, it, test } from "vitest";
import { mo } from "../../archives/zip-archive.ts";
import { readItems } from "../read-items.ts";

const HEADER = `msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

`;
const read = (body: string, options = {}) => readItems("a.po", HEADER + body, options);

describe("a message", () => {
  test.each([
    ["in one string", 'msgid "One"\nmsgstr "Eins"\n', "One", "Eins"],
    ["in several", 'msgid ""\n"One "\n"two"\nmsgstr "" "Eins zwei"\n', "One two", "Eins zwei"],
    ["in several of both", 'msgid "" \n "One "\n"two"\nmsgstr ""\n"Eins "\n"zwei"\n', "One two", "Eins zwei"],
    ["with escapes", String.raw`msgid "a\"b\\n\tc\n"${"\n"}msgstr "\303\251\x41\101\x4142"`, 'a"b\\n\tc\n', "éAAB"],
    ["with a context", 'msgctxt "menu"\nmsgid "One"\nmsgstr "Eins"\n', "One", "Eins"],
    ["with comments", '# c\n#. e\n#: f.c:1\n#, c-format\n#| msgid "old"\nmsgid "One"\nmsgstr "Eins"\n', "One", "Eins"],
    ["without a line end", 'msgid "One"\nmsgstr "Eins"', "One", "Eins"],
    ["with Windows' line ends", 'msgid "One"\r\nmsgstr "Eins"\r\n', "One", "Eins"],
  ])("%s", async (name, text, source, target) => {
    const line = name === "with a context" ? 8 : name === "with comments" ? 12 : 7;
    expect(await read(text)).toEqual([[line, source, target]]);
  });

  it("that is not translated, fuzzy or obsolete is left out, unless it is asked for", async () => {
    const text = `msgid "One"
msgstr ""

#, c-format, fuzzy
msgid "Two"
msgstr "Zwei"

#, fuzzy
msgid "Three"
msgstr ""

#~ msgid "Four"
#~ msgstr "Vier"
#~| msgid "was"
#~ msgid ""
#~ "Fi"
#~ "ve"
#~ msgstr "Fünf"

msgid "Six"
msgstr "Sechs"
`;
    expect(await read(text)).toEqual([
      [7, "not translated"],
      [11, "fuzzy or to be reviewed"],
      [15, "not translated"],
      [18, "obsolete"],
      [21, "obsolete"],
      [26, "Six", "Sechs"],
    ]);
    expect(await read(text, { fuzzy: true, obsolete: true })).toEqual([
      [7, "not translated"],
      [11, "Two", "Zwei"],
      [15, "not translated"],
      [18, "Four", "Vier"],
      [21, "Five", "Fünf"],
      [26, "Six", "Sechs"],
    ]);
  });

  it("that is malformed is skipped, and the next one read", async () => {
    const text = `msgid "One"\nmsgstr "Eins\n"x"\n\nmsgid "Two"\n\nmsgstr "Zwei"\n\nmsgid "x"\nmsgid "y"\nmsgstr "z"\n\nnonsense\n\nmsgid "Three"\nmsgstr "Drei"\n`;
    expect(await read(text)).toEqual([
      [8, "malformed"],
      [11, "Two", "Zwei"],
      [16, "malformed"],
      [19, "malformed"],
      [21, "Three", "Drei"],
    ]);
  });

  it("stands once for each time the file has it", async () => {
    const text = 'msgid "One"\nmsgstr "Eins"\nmsgid "One"\nmsgstr "Ein"\n\nmsgctxt ""\nmsgid "One"\nmsgstr "Eine"\n';
    expect((await read(text)).map(([, , target]) => target)).toEqual(["Eins", "Ein", "Eine"]);
  });
});

describe("a plural", () => {
  const plural = (...forms: string[]) =>
    `msgid "a file"\nmsgid_plural "%d files"\n${forms.map((form, i) => `msgstr[${i}] "${form}"\n`).join("")}`;
  const header = (plurals: string) => HEADER.replace("nplurals=2; plural=(n != 1)", plurals);

  test.each([
    [
      "with both forms",
      HEADER,
      ["eine Datei", "%d Dateien"],
      [
        [7, "a file", "eine Datei"],
        [7, "%d files", "%d Dateien"],
      ],
    ],
    [
      "with one of two",
      HEADER,
      ["eine Datei", ""],
      [
        [7, "a file", "eine Datei"],
        [7, "not translated"],
      ],
    ],
    [
      "with the other of two",
      HEADER,
      ["", "%d Dateien"],
      [
        [7, "not translated"],
        [7, "%d files", "%d Dateien"],
      ],
    ],
    [
      "of three forms",
      header("nplurals=3; plural=0"),
      ["a", "b", "c"],
      [
        [7, "a file", "a"],
        [7, "%d files", "c"],
      ],
    ],
    ["of one form", header("nplurals=1; plural=0"), ["ファイル"], [[7, "%d files", "ファイル"]]],
    ["whose second form is missing", HEADER, ["eine Datei"], [[7, "a file", "eine Datei"]]],
  ])("%s", async (_, head, forms, expected) => {
    expect(await readItems("a.po", head + plural(...forms))).toEqual(expected);
  });
});

describe("a file", () => {
  const body = 'msgid "é"\nmsgstr "ü"\n';
  it("of another language has no pairs, and one into the source language has them the other way round", async () => {
    expect(await read(body, { targetLanguage: "fr" })).toEqual([[7, "not in both languages"]]);
    expect(await read(body, { targetLanguage: "de-AT" })).toEqual([[7, "é", "ü"]]);
    expect(await read(body, { sourceLanguage: "de", targetLanguage: "en" })).toEqual([[7, "ü", "é"]]);
    const silent = HEADER.replace("Language: de", "Language: ");
    expect(await readItems("a.po", silent + body, { targetLanguage: "fr" })).toEqual([[7, "é", "ü"]]);
    expect(await read(body, { sourceLanguage: undefined, targetLanguage: undefined })).toEqual([[7, "é", "ü"]]);
  });

  test.each([
    ["Latin-1", Buffer.from(HEADER.replace("UTF-8", "ISO-8859-1") + body, "latin1")],
    ["the template's CHARSET", Buffer.from(HEADER.replace("UTF-8", "CHARSET") + body)],
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${HEADER}${body}`)],
    ["UTF-16", Buffer.from(`\ufeff${HEADER}${body}`, "utf16le")],
  ])("in %s is read", async (_, bytes) => {
    expect(await readItems("a.po", bytes)).toEqual([[7, "é", "ü"]]);
    expect(await readItems("messages", bytes)).toEqual([[7, "é", "ü"]]);
  });

  it("that is not in the character set it names is refused by its line", async () => {
    const bytes = Buffer.from(HEADER + body, "latin1");
    await expect(readItems("a.po", bytes)).rejects.toMatchObject({ name: "DataError", where: "a.po:7" });
    await expect(readItems("a.po", HEADER.replace("UTF-8", "x-none"))).rejects.toMatchObject({ name: "DataError" });
  });
});

describe("a compiled catalogue", () => {
  const header = "Language: de\nPlural-Forms: nplurals=2;\n";
  it("has the same pairs, by number of the message", async () => {
    const messages: [string, string][] = [
      ["One", "Eins"],
      ["menu\u0004Close", "Zu"],
      ["file\0files", "Datei\0Dateien"],
      ["Two", ""],
    ];
    const bytes = mo(messages, "LE", header);
    const pairs = [
      [2, "One", "Eins"],
      [3, "Close", "Zu"],
      [4, "file", "Datei"],
      [4, "files", "Dateien"],
      [5, "not translated"],
    ];
    expect(await readItems("a.mo", bytes)).toEqual(pairs);
    expect(await readItems("LC_MESSAGES", bytes)).toEqual(pairs);
    expect((await readItems("a.mo", bytes, { targetLanguage: "fr" }))[0]).toEqual([2, "not in both languages"]);
  });

  it("that is damaged is refused", async () => {
    const bytes = Buffer.from(mo([["One", "Eins"]], "BE", header));
    await expect(readItems("a.mo", bytes.subarray(0, -10))).rejects.toMatchObject({ name: "DataError", where: "a.mo" });
  });
});
