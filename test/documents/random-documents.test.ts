// Source of truth: random documents, which come back to the byte, and hold the translations that were written.
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { readDocument } from "../../src/documents/read-document.ts";
import { zip } from "../corpora/archives/zip-archive.ts";
import { NASTY } from "../text/sample-text.ts";

const ROUNDS = 40;

class Writer {
  readonly random: Random;
  constructor(seed: number) {
    this.random = new Random(seed);
  }

  pick<T>(of: readonly T[]): T {
    return of[this.random.integer(of.length)]!;
  }

  many(most: number, make: () => string): string {
    return Array.from({ length: 1 + this.random.integer(most) }, make).join("");
  }

  /** Words of one line, with marks that formats know. */
  words(): string {
    const word = () =>
      this.pick([
        "a",
        "word",
        "Wörter",
        "漢字",
        "😀",
        "&",
        "<",
        ">",
        '"',
        "'",
        "{0}",
        "%s",
        "<1>",
        "</2>",
        "*",
        "_x_",
        "`",
        "#",
        "|",
        "[x](y)",
        "\\",
        "1.",
        "-->x",
        "é",
        ...NASTY.map((text) => text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\ufffe\uffff]/gu, "").slice(0, 20)),
      ]);
    return `x${Array.from({ length: 1 + this.random.integer(5) }, word).join(" ")}`.replace(/\s+/g, " ").trim();
  }

  xml(): string {
    return this.words().replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`);
  }

  space(): string {
    return this.pick(["", " ", "\n", "\r\n  ", "\t"]);
  }

  html(depth = 3): string {
    const inner = () => (depth === 0 ? this.xml() : this.html(depth - 1));
    const name = this.pick(["b", "i", "a", "p", "div", "li", "span", "td", "code", "pre", "h1"]);
    const attributes = this.pick([
      "",
      ` title="${this.xml().replaceAll('"', "&quot;")}"`,
      " translate=no",
      " class='x'",
      " alt=x",
    ]);
    const pieces = [
      () => this.xml(),
      () => `<${name}${attributes}>${inner()}</${name}>`,
      () => `<${name}${attributes}>${inner()}`,
      () => `${inner()}</${name}>`,
      () =>
        this.pick([
          "<br>",
          "<img alt='a b'>",
          "<!-- x -->",
          "<svg><title>x</title></svg>",
          "<script>if (a<b) '<p>'</script>",
          "<style>a</style>",
          "<textarea> a </textarea>",
        ]),
    ];
    return this.many(4, () => this.pick(pieces)() + this.space());
  }

  markdown(): string {
    const block = () =>
      this.pick(["", "", "# ", "- ", "> ", "1. ", "  ", "    ", "```", "| a | ", "<div>", "---", "**"]);
    return this.many(
      12,
      () => `${block()}${this.words()}${this.pick(["", "**", "  ", "`"])}\n${this.pick(["", "\n"])}`,
    );
  }

  inline(): string {
    return this.many(4, () =>
      this.pick([
        this.xml(),
        '<x id="1"/>',
        `<g id="2">${this.xml()}</g>`,
        "<ph id='3'>&lt;a></ph>",
        `<![CDATA[${this.xml()}]]>`,
      ]),
    );
  }

  run(): string {
    const format = this.pick(["", "<w:rPr><w:b/></w:rPr>", "<w:rPr><w:i/></w:rPr>"]);
    const text = () =>
      this.pick([
        `<w:t xml:space="preserve">${this.space()}${this.xml()}</w:t>`,
        "<w:tab/>",
        "<w:br/>",
        "<w:lastRenderedPageBreak/>",
        "<w:t> </w:t>",
      ]);
    return `<w:r>${format}${this.many(3, text)}</w:r>`;
  }

  paragraph(): string {
    const runs = () => this.many(3, () => this.run());
    const piece = () =>
      this.pick([
        this.run(),
        this.run(),
        `<w:hyperlink>${runs()}</w:hyperlink>`,
        '<w:bookmarkStart w:id="1"/>',
        "<w:proofErr/>",
        `<w:ins>${runs()}</w:ins>`,
      ]);
    return `<w:p>${this.pick(["", "<w:pPr><w:x/></w:pPr>"])}${this.many(5, piece)}</w:p>`;
  }
}

const MAKERS: Readonly<Record<string, (writer: Writer) => string>> = {
  "a.txt": (w) => w.many(6, () => w.space() + w.words() + w.pick(["\n", "\r\n", "\n\n"])),
  "a.json": (w) =>
    JSON.stringify({ [w.words()]: [w.words(), { x: w.words(), y: 1 }], z: w.words() }, undefined, w.random.integer(3)),
  "a.properties": (w) =>
    w.many(6, () => `key${w.random.integer(99)}${w.pick([" = ", ":", " "])}${w.words().replaceAll("\\", "\\\\")}\n`),
  "a.po": (w) =>
    w.many(
      4,
      () =>
        `msgid ${JSON.stringify(w.words())}\nmsgstr ${w.pick(['""', JSON.stringify(w.words()), '""\n"a\\n"\n"b"'])}\n\n`,
    ),
  "a.srt": (w) =>
    w.many(4, () => `1\n00:00:01,000 --> 00:00:02,000\n${w.many(3, () => `${w.words().replaceAll("-->", "")}\n`)}\n`),
  "a.vtt": (w) =>
    `WEBVTT\n\n${w.many(4, () => `00:01.000 --> 00:02.000\n${w.many(3, () => `${w.xml()} <i>x</i>\n`)}\n`)}`,
  "a.html": (w) => w.html(),
  "a.md": (w) => w.markdown(),
  "a.xlf": (w) =>
    `<xliff version="1.2"><file><body>${w.many(4, () => `<trans-unit id="1"><source>${w.inline()}</source>${w.pick(["", "<target/>", "<target state='new'>a</target>"])}</trans-unit>\n`)}</body></file></xliff>`,
  "a.tmx": (w) =>
    `<tmx><header srclang="en"/><body>${w.many(4, () => `<tu><tuv xml:lang="en"><seg>${w.inline()}</seg></tuv><tuv xml:lang="de"><seg>${w.inline()}</seg></tuv></tu>`)}</body></tmx>`,
  "a.docx": (w) => `<w:document xmlns:w="w">${w.many(4, () => w.paragraph())}</w:document>`,
};

describe.each(Object.entries(MAKERS))("random %s", (name, make) => {
  it("comes back to the byte, and with translations", () => {
    for (let seed = 0; seed < ROUNDS; seed++) {
      const text = make(new Writer(seed));
      const bytes = name.endsWith(".docx") ? zip({ "word/document.xml": text }) : Buffer.from(text);
      const document = readDocument(bytes, name);
      const same = document.write(document.segments.map(({ current }) => current));
      expect(bytes.equals(same), `seed ${seed}: ${text}`).toBe(true);
      const translations = document.segments.map((segment) =>
        segment.text.replace(/\p{L}/gu, (letter) => "ö".repeat(letter.length)),
      );
      const again = readDocument(document.write(translations), name);
      // A formatted run without text is in no pair when it is read by itself, so tags of docx are not compared.
      const plain = (texts: readonly string[]) =>
        name === "a.docx" ? texts.map((each) => each.replace(/<\/?\d+\/?>/g, "")) : texts;
      const current = again.segments.map((segment) => segment.current);
      expect(plain(current), `seed ${seed}: ${text}`).toEqual(plain(translations));
    }
  });
});
