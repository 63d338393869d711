/** Source of truth: what is asked of the translator and what comes of its answers, by hand; and the promise that terms which stay come out as they are. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { Glossary } from "../../src/glossary/glossary.ts";
import { keptEntries } from "../../src/glossary/glossary-entry.ts";
import { wholeWords } from "../../src/glossary/term-tokens.ts";
import { textCounts } from "../../src/segments/text-counts.ts";
import type { LineHypothesis, TranslateLines, WantedLine } from "../../src/segments/translate-lines.ts";
import { translateText, translateTexts, translateVariants } from "../../src/segments/translate-text.ts";

const terms = new Glossary([
  { source: "open", targets: ["öffnen"] },
  { source: "file", targets: ["Datei", "Akte"] },
]);
const names = new Glossary(keptEntries(["Acme", "Visual Studio", "Big"]));
const glossaries = [terms, names];

function recording(of: (line: WantedLine) => (string | LineHypothesis)[]) {
  const calls: WantedLine[][] = [];
  const translate: TranslateLines = async function* (lines) {
    calls.push(lines);
    for (const line of lines) {
      yield { hypotheses: of(line).map((each) => (typeof each === "string" ? { text: each } : each)) };
    }
  };
  return { calls, translate };
}

describe("terms of a glossary", () => {
  it("are asked for with their wordings, as the line has them", async () => {
    const { calls, translate } = recording(() => ["Öffnen Sie die Akte"]);
    const counts = textCounts();
    await translateTexts(translate, ["Open the file.", 'the "file"', "none", "the {0} file"], { glossaries, counts });
    expect(calls[0]!.map((line) => line.terms)).toEqual([
      [
        ["öffnen", "Öffnen"],
        ["Datei", "Akte"],
      ],
      [expect.arrayContaining(["Datei", "„Akte"])],
      undefined,
      [["Datei", "Akte"]],
    ]);
    expect(counts).toMatchObject({ terms: 4, termsMissing: 0 });
  });

  it("let a hypothesis that lacks one come behind the others, and are counted where they are missing", async () => {
    const { translate } = recording(() => [
      "eins",
      "öffnen zwei",
      "öffnen Datei drei",
      "öffnen Datei Datei Datei Datei",
    ]);
    const counts = textCounts();
    expect(await translateVariants(translate, ["open file"], { glossaries, variants: 9, counts })).toEqual([
      ["öffnen Datei drei", "öffnen zwei", "eins", "öffnen Datei Datei Datei Datei"],
    ]);
    expect(counts).toMatchObject({ terms: 2, termsMissing: 0 });
    const { translate: lacking } = recording(() => ["öffnen"]);
    expect(await translateText(lacking, "open file", { glossaries, counts })).toBe("öffnen");
    expect(counts).toMatchObject({ terms: 4, termsMissing: 1 });
  });

  it("that let no translation come to an end are asked for no more", async () => {
    const { calls, translate } = recording(({ terms = [] }) => {
      const isStuck = terms.length === 2;
      return [{ text: isStuck ? "öffnen zu viel" : "öffnen", complete: !isStuck }];
    });
    const counts = textCounts();
    expect(await translateText(translate, "open file", { glossaries, counts })).toBe("öffnen");
    expect(calls.map(([line]) => line!.terms)).toEqual([
      [
        ["öffnen", "Öffnen"],
        ["Datei", "Akte"],
      ],
      [["öffnen", "Öffnen"]],
    ]);
    expect(counts).toMatchObject({ segments: 1, terms: 2, termsMissing: 1 });
    const { calls: all, translate: never } = recording(() => [{ text: "nie fertig", complete: false }]);
    expect(await translateText(never, "open file", { glossaries, counts })).toBe("nie fertig");
    expect(all.map(([line]) => line!.terms?.length)).toEqual([2, undefined]);
  });

  it("are those of pieces where a text is cut at its placeables, and beyond tags where these are taken out", async () => {
    const { calls, translate } = recording(({ text }) => [text.replace(/\{0\}/, "")]);
    const counts = textCounts();
    await translateText(translate, "open {x} file", { glossaries, counts });
    expect(calls.at(-1)!.map((line) => line.terms)).toEqual([[["öffnen", "Öffnen"]], [["Datei", "Akte"]]]);
    expect(counts).toMatchObject({ split: 1, terms: 2, termsMissing: 2 });
    const phrase = new Glossary([{ source: "big file", targets: ["Großdatei"] }]);
    await translateText(translate, "a big <b>file</b> too", { glossaries: [phrase] });
    const aligned = calls.flat().find((line) => line.alignment === true)!;
    expect(aligned).toMatchObject({ text: "a big file too", terms: [["Großdatei"]] });
  });
});

describe("terms that stay as they are", () => {
  it("are shown as they are, asked for, and taken from the first hypothesis that has them as whole words", async () => {
    const { calls, translate } = recording(() => ["ein Acmes", "ein acme", "Acme und Acme", "ein Acme."]);
    const counts = textCounts();
    expect(await translateText(translate, "one Acme thing.", { glossaries, counts })).toBe("ein Acme.");
    expect(calls).toEqual([[{ text: "one Acme thing.", several: true, terms: [["Acme"]] }]]);
    expect(counts).toMatchObject({ withPlaceables: 1, nextHypothesis: 1, terms: 0 });
  });

  it("stand beside other placeables, whatever these are shown as", async () => {
    const { calls, translate } = recording(({ text }) => [text]);
    const text = "use {name} with Visual Studio on <b>Acme</b>. Big! visual studio";
    for (const masks of ["braces", "numbers", "verbatim"] as const) {
      expect(await translateText(translate, text, { glossaries, masks })).toBe(text);
    }
    expect(calls[0]![0]!.text).toBe("use {0} with Visual Studio on {1}.");
    // A text that is nothing but one is not translated.
    expect(calls[0]!.map((line) => line.text)).not.toContain("Big!");
    await translateText(translate, "use Acme now", { glossaries, masks: "split" });
    expect(calls.at(-1)![0]!.text).toBe("use Acme now");
  });

  it("are cut out where no hypothesis has them", async () => {
    const { translate } = recording(({ text }) => [text.includes("Acme") ? "verloren" : text.toUpperCase()]);
    expect(await translateText(translate, "one Acme thing.", { glossaries })).toBe("ONE Acme THING.");
  });

  it("come out once each as they are, whatever the translator does", async () => {
    const random = new Random(11);
    const words = [
      "acme",
      "Acme",
      "Visual Studio",
      "visual",
      "Big",
      "Bigger",
      "<b>",
      "</b>",
      "{0}",
      "open",
      "file",
      ".",
    ];
    const draw = (count: number) => Array.from({ length: count }, () => words[random.integer(words.length)]!);
    const shuffled = recording(({ text }) => {
      const parts = text.split(" ");
      return [text, ...[1, 2].map(() => parts.map(() => parts[random.integer(parts.length)]!).join(" "))].slice(
        random.integer(2),
      );
    });
    const texts = Array.from({ length: 1500 }, () => draw(1 + random.integer(7)).join(" "));
    const translated = await translateTexts(shuffled.translate, texts, { glossaries });
    const kept = new RegExp(["Acme", "Visual Studio", "Big"].map(wholeWords).join("|"), "gu");
    texts.forEach((text, i) => {
      const found = (each: string) => (each.match(kept) ?? []).sort();
      expect(found(translated[i]!), text).toEqual(found(text));
    });
  });
});
