/** Source of truth: cases by hand, and the definition of a match by trying every entry at every place. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { findTerms, Glossary } from "../../src/glossary/glossary.ts";
import { hasWording, wholeWords } from "../../src/glossary/term-tokens.ts";
import { termWordings } from "../../src/glossary/term-wordings.ts";

const glossaryOf = (...sources: string[]) => new Glossary(sources.map((source) => ({ source, targets: ["x"] })));
const found = (text: string, ...sources: string[]) =>
  findTerms([glossaryOf(...sources)], text).map(({ start, end }) => text.slice(start, end));

describe("terms of a text", () => {
  it.each<[string, string, string[], string[]]>([
    ["whole words", "files, a file. (file) profile", ["file"], ["file", "file"]],
    ["neighbours of signs and apostrophes", "l'ordinateur, dog-friendly", ["ordinateur", "dog"], ["ordinateur", "dog"]],
    ["no parts of names of programs", "file_name", ["file"], []],
    [
      "the longest, from left to right",
      "open file menu file",
      ["file", "file menu", "menu file"],
      ["file menu", "file"],
    ],
    ["capitals that the entry has not", "File menu, File Menu", ["file menu"], ["File menu", "File Menu"]],
    ["no others", "fiLe FILE", ["file"], []],
    ["the entry's own capitals only", "us US Us", ["US"], ["US"]],
    ["signs in a term", "C++ and C, .NET", ["c++", "C++", ".NET"], ["C++", ".NET"]],
    ["any spaces inside, no line break", "file  menu file\nmenu file\tmenu", ["file menu"], ["file  menu"]],
    ["scripts without spaces", "我在东京都买电脑。", ["东京都", "东京", "电脑"], ["东京都", "电脑"]],
    ["beside other scripts", "新iPhone手机", ["iPhone"], ["iPhone"]],
    ["composed and decomposed", "cafe\u0301", ["café"], ["cafe\u0301"]],
    ["letters with two units", "𐐔𐐯 𐐼𐐯", ["𐐼𐐯"], ["𐐔𐐯", "𐐼𐐯"]],
  ])("are %s", (_, text, sources, expected) => {
    expect(found(text, ...sources)).toEqual(expected);
  });

  it("are those of the earlier glossary where they are equally long", () => {
    const glossaries = ["one", "two"].map((target) => new Glossary([{ source: "file", targets: [target] }]));
    expect(findTerms(glossaries, "a file")[0]!.entry.targets).toEqual(["one"]);
    const longer = new Glossary([{ source: "file menu", targets: ["three"] }]);
    expect(findTerms([...glossaries, longer], "a file menu")[0]!.entry.targets).toEqual(["three"]);
  });

  it("are those of the definition, in random texts", () => {
    const random = new Random(7);
    const words = ["a", "b", "ab", "A", "東", "-"];
    const draw = (count: number) => Array.from({ length: count }, () => words[random.integer(words.length)]!);
    for (let i = 0; i < 2000; i++) {
      const text = draw(8).join(random.integer(2) === 0 ? " " : "");
      const sources = [1, 2, 3].map((count) => draw(count).join(random.integer(2) === 0 ? " " : ""));
      expect(found(text, ...sources), `${text} | ${sources.join(" | ")}`).toEqual(byDefinition(text, sources));
    }
  });
});

/** From left to right, at each place that is no word's middle, the longest source that stands there with borders at its ends. */
function byDefinition(text: string, sources: readonly string[]): string[] {
  const isWord = (character: string | undefined) => /[a-z]/i.test(character ?? "-");
  const isBorder = (at: number) => !isWord(text[at - 1]) || !isWord(text[at]);
  const matches: string[] = [];
  for (let at = 0; at < text.length; ) {
    const here = sources
      .filter((source) => {
        const part = text.slice(at, at + source.length);
        const lower = source === source.toLowerCase();
        const same = [...part].every((unit, i) => {
          const begins = i === 0 || !isWord(source[i - 1]);
          return unit === source[i] || (lower && begins && unit === source[i]!.toUpperCase());
        });
        return part.length === source.length && same && isBorder(at) && isBorder(at + source.length);
      })
      .sort((a, b) => b.length - a.length);
    if (here[0] !== undefined) matches.push(text.slice(at, at + here[0].length));
    at += here[0]?.length ?? 1;
  }
  return matches;
}

describe("wordings", () => {
  it("have a capital too, for the beginning of a sentence", () => {
    expect(termWordings(["öffnen", "Datei", "ßa"], "Now ")).toEqual(["öffnen", "Öffnen", "Datei", "ßa"]);
    expect(termWordings(["acme"], "", true)).toEqual(["acme"]);
  });

  it("stand behind a bracket or a quote where the term does", () => {
    expect(termWordings(["Hund"], "A (")).toEqual(["Hund", "(Hund"]);
    const quoted = termWordings(["Hund"], 'A "');
    expect(quoted).toEqual(expect.arrayContaining(["Hund", "„Hund", '"Hund', "«Hund"]));
    expect(termWordings(["Hund"], "A-")).toEqual(["Hund"]);
  });

  it("are in a text where a word begins with them", () => {
    expect(hasWording("die Hunde", "Hund")).toBe(true);
    expect(hasWording("Smart", "art")).toBe(false);
    expect(hasWording("Smart art", "art")).toBe(true);
    expect(hasWording("在东京", "东京")).toBe(true);
    expect(hasWording("ﬁle", "file")).toBe(true);
  });

  it("that are whole words have borders at both ends", () => {
    const count = (text: string, term: string) => text.match(new RegExp(wholeWords(term), "gu"))?.length ?? 0;
    expect(count("Acme, Acmes (Acme) Acme-Acme", "Acme")).toBe(4);
    expect(count("a.b axb a.bc", "a.b")).toBe(1);
    expect(count("C++ C+++", "C++")).toBe(2);
    expect(count("在东京都", "东京")).toBe(1);
  });
});
