/** Source of truth: the marks that the formats have (gettext's manual; XLIFF 1.2, 2.3.4 and 2.0, 4.3.1.26; TMX 1.4b); all else stays to the byte. */
import { describe, expect, test } from "vitest";
import { readDocument } from "../../src/documents/read-document.ts";
import type { TranslationMark } from "../../src/documents/segments/document.ts";
import { translateSegmentsOf } from "../../src/documents/translate-document.ts";
import { TEXTS } from "./sample-documents.ts";

/** The file with "X" for every text, or for those of these states, marked. */
function marked(name: string, text: string, mark: TranslationMark | undefined, states = ["new"]): string {
  const document = readDocument(Buffer.from(text), name, { targetLanguage: "de" });
  const wanted = document.segments.map(({ state, tags }) => (states.includes(state) ? `X${tags.join("")}` : undefined));
  const written = document.write(wanted, { marks: wanted.map(() => mark) });
  return Buffer.from(written).toString();
}

const header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n';

describe("PO", () => {
  test.each([
    ['msgid "a"\nmsgstr ""\n', '#, fuzzy\nmsgid "a"\nmsgstr "X"\n'],
    ['#: a.c:1\n#, c-format\nmsgid "a"\nmsgstr ""\n', '#: a.c:1\n#, fuzzy, c-format\nmsgid "a"\nmsgstr "X"\n'],
    [
      '# note\n#| msgid "b"\nmsgctxt "c"\nmsgid "a"\nmsgstr ""\n',
      '# note\n#, fuzzy\n#| msgid "b"\nmsgctxt "c"\nmsgid "a"\nmsgstr "X"\n',
    ],
    ['#,\nmsgid "a"\nmsgstr ""\n', '#, fuzzy\nmsgid "a"\nmsgstr "X"\n'],
    ['#, fuzzy\nmsgid "a"\nmsgstr ""\n', '#, fuzzy\nmsgid "a"\nmsgstr "X"\n'],
    [
      'msgid "a"\nmsgid_plural "b"\nmsgstr[0] ""\nmsgstr[1] ""\n',
      '#, fuzzy\nmsgid "a"\nmsgid_plural "b"\nmsgstr[0] "X"\nmsgstr[1] "X"\n',
    ],
  ])("%j becomes %j", (text, expected) => {
    const before = '#, c-format\nmsgid "done"\nmsgstr "fertig"\n\n';
    for (const mark of ["machine", "fuzzy-match"] as const) {
      expect(marked("a.po", header + before + text, mark)).toBe(header + before + expected);
    }
    for (const mark of ["exact-match", "none", undefined] as const) {
      const plain = text.replaceAll('msgstr ""', 'msgstr "X"').replace(/msgstr\[(.)\] ""/g, 'msgstr[$1] "X"');
      expect(marked("a.po", header + before + text, mark)).toBe(header + before + plain);
    }
  });

  test("lines of flags end as the file's lines do", () => {
    const crlf = (text: string) => text.replaceAll("\n", "\r\n");
    const text = crlf(`${header}msgid "a"\nmsgstr ""\n`);
    expect(marked("a.po", text, "machine")).toBe(crlf(`${header}#, fuzzy\nmsgid "a"\nmsgstr "X"\n`));
  });
});

const unit = (attributes: string, target: string) =>
  `<xliff version="1.2"><file source-language="en" target-language="de"><body><trans-unit id="1"${attributes}><source>a</source>${target}</trans-unit></body></file></xliff>`;

test.each([
  ["machine", ' state="needs-review-translation" state-qualifier="leveraged-mt"'],
  ["fuzzy-match", ' state="needs-review-translation" state-qualifier="fuzzy-match"'],
  ["exact-match", ' state="translated" state-qualifier="exact-match"'],
  ["none", ' state="translated"'],
  [undefined, ' state="needs-review-translation"'],
] as const)("XLIFF 1.2: %s is%s", (mark, attributes) => {
  expect(marked("a.xlf", unit("", ""), mark)).toBe(unit("", `<target${attributes}>X</target>`));
  const given = '<target xml:lang="de" state="new">b</target>';
  const state = /state="([^"]*)"/.exec(attributes)![1]!;
  const rest = attributes.replace(/ state="[^"]*"/, "");
  expect(marked("a.xlf", unit("", given), mark)).toBe(
    unit("", `<target xml:lang="de" state="${state}"${rest}>X</target>`),
  );
});

test("XLIFF 1.2: what was approved is so no more where a machine translated it again", () => {
  const given = unit(' approved="yes"', '<target state="final" state-qualifier="exact-match">b</target>');
  const of = (mark: TranslationMark) => marked("a.xlf", given, mark, ["translated"]);
  expect(of("machine")).toBe(
    unit(' approved="no"', '<target state="needs-review-translation" state-qualifier="leveraged-mt">X</target>'),
  );
  expect(of("exact-match")).toBe(
    unit(' approved="yes"', '<target state="translated" state-qualifier="exact-match">X</target>'),
  );
});

const segment = (attributes: string, target: string) =>
  `<xliff version="2.0" srcLang="en" trgLang="de"><file id="f"><unit id="1"><segment${attributes}><source>a</source>${target}</segment></unit></file></xliff>`;

test.each([
  ["machine", ' state="translated" subState="nmt:machine"'],
  ["fuzzy-match", ' state="translated" subState="nmt:fuzzy-match"'],
  ["exact-match", ' state="translated" subState="nmt:exact-match"'],
] as const)("XLIFF 2.0: %s is%s", (mark, attributes) => {
  const written = segment(attributes, "<target>X</target>");
  expect(marked("a.xlf", segment("", ""), mark)).toBe(written);
  expect(marked("a.xlf", segment(' state="initial"', ""), mark)).toBe(written);
  expect(marked("a.xlf", segment(' state="final" subState="x:y"', "<target>b</target>"), mark, ["translated"])).toBe(
    written,
  );
});

test("XLIFF 2.0: without marks only the state changes", () => {
  expect(marked("a.xlf", segment(' state="initial"', ""), "none")).toBe(
    segment(' state="translated"', "<target>X</target>"),
  );
  expect(marked("a.xlf", segment("", ""), "none")).toBe(segment("", "<target>X</target>"));
});

const tmx = (variant: string) =>
  `<tmx version="1.4"><header srclang="en"/><body><tu><tuv xml:lang="en"><seg>a</seg></tuv>${variant}</tu></body></tmx>`;

test.each([
  ["machine", "MT!"],
  ["fuzzy-match", "FUZZY!"],
] as const)("TMX: %s is by %s", (mark, by) => {
  expect(marked("a.tmx", tmx(""), mark)).toBe(tmx(`<tuv xml:lang="de" creationid="${by}"><seg>X</seg></tuv>`));
  const given = tmx('<tuv xml:lang="de" changeid="me"><seg>b</seg></tuv>');
  const written = tmx(`<tuv xml:lang="de" changeid="${by}"><seg>X</seg></tuv>`);
  expect(marked("a.tmx", given, mark, ["translated"])).toBe(written);
  expect(marked("a.tmx", tmx(""), "exact-match")).toBe(tmx('<tuv xml:lang="de"><seg>X</seg></tuv>'));
});

test.each(["a.po", "one.xlf", "two.xliff", "a.tmx"])("%s is read again, with marks and translations apart", (name) => {
  for (const mark of ["machine", "fuzzy-match", "exact-match", "none"] as const) {
    const text = marked(name, TEXTS[name]!, mark, ["new", "fuzzy", "translated"]);
    const again = readDocument(Buffer.from(text), name, { targetLanguage: "de" });
    for (const { current, tags } of again.segments) expect(current.trim()).toBe(`X${tags.join("")}`);
    expect(marked(name, text, mark, ["new", "fuzzy", "translated"])).toBe(text);
  }
});

test("what a memory recalls is not translated, and marked as it was found; the same text everywhere", async () => {
  const text = `${header}msgid "a"\nmsgstr ""\n\nmsgid "b"\nmsgstr ""\n\nmsgctxt "x"\nmsgid "b"\nmsgstr ""\n\nmsgid "c"\nmsgstr ""\n`;
  const document = readDocument(Buffer.from(text), "a.po");
  const asked: string[] = [];
  const recall = ({ text }: { text: string }) =>
    text === "c" ? undefined : { translation: text.toUpperCase(), isExact: text === "a" };
  const translate = async (texts: readonly { text: string }[]) => {
    asked.push(...texts.map((each) => each.text));
    return texts.map(() => "model");
  };
  const written = await translateSegmentsOf(document, translate, { recall, reviewMarks: true });
  expect(asked).toEqual(["c"]);
  expect(Buffer.from(written).toString()).toBe(
    `${header}msgid "a"\nmsgstr "A"\n\n#, fuzzy\nmsgid "b"\nmsgstr "B"\n\n#, fuzzy\nmsgctxt "x"\nmsgid "b"\nmsgstr "B"\n\n#, fuzzy\nmsgid "c"\nmsgstr "model"\n`,
  );
});
