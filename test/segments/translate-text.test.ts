/** Source of truth: the promise itself. What stands between segments is kept byte for byte, and each placeable comes out exactly once. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { findPlaceables } from "../../src/segments/placeables/find-placeables.ts";
import { textCounts } from "../../src/segments/text-counts.ts";
import type { LineHypothesis, TranslateLines, WantedLine } from "../../src/segments/translate-lines.ts";
import { translateText, translateTexts, translateVariants } from "../../src/segments/translate-text.ts";
import { plainText, wildText } from "./random-texts.ts";

const styles = ["braces", "numbers", "verbatim", "split"] as const;
const MASK = /\{\d+\}/g;

/** A translator by its hypotheses for a line. */
function translator(hypotheses: (line: string) => string[]): TranslateLines {
  return async function* (lines) {
    for (const { text: line } of lines) {
      yield { hypotheses: hypotheses(line).map((text) => ({ text })) };
    }
  };
}

const identity = translator((line) => [line]);

describe("translateText with an identity translator", () => {
  it.each(styles)("gives the bytes of any text, masks %s", async (masks) => {
    const random = new Random(1, styles.indexOf(masks));
    const texts = Array.from({ length: 2500 }, () => wildText(random));
    expect(await translateTexts(identity, texts, { masks })).toEqual(texts);
    expect(await translateTexts(identity, texts, { masks, sentences: false, language: "de" })).toEqual(texts);
  });

  it("gives the bytes of any code units, halves of pairs and controls among them", async () => {
    const random = new Random(2);
    const units = [
      0, 9, 10, 13, 0x20, 0x27, 0x3c, 0x41, 0x7b, 0x7d, 0x85, 0xa0, 0xd83d, 0xde00, 0x2028, 0x4e00, 0xfeff,
    ];
    const texts = Array.from({ length: 2000 }, () =>
      String.fromCharCode(...Array.from({ length: random.integer(20) }, () => units[random.integer(units.length)]!)),
    );
    expect(await translateTexts(identity, texts)).toEqual(texts);
  });
});

describe("translateText with a translator that damages masks", () => {
  const damages: Record<string, (line: string) => string> = {
    "drops all": (line) => line.replace(MASK, ""),
    "drops the first": (line) => line.replace(/\{\d+\}/, ""),
    doubles: (line) => line.replace(MASK, "$&$&"),
    "doubles the last": (line) => line.replace(/(\{\d+\})(?!.*\{)/, "$1 $1"),
    reverses: (line) => {
      const masks = (line.match(MASK) ?? []).reverse();
      return line.replace(MASK, () => masks.shift()!);
    },
    invents: (line) => `${line} {7}`,
    "invents a tag": (line) => `<i>${line}</i>`,
    "invents a brace": (line) => `${line}{`,
    "turns numbers": (line) => line.replace(MASK, (mask) => (mask === "{0}" ? "{1}" : "{0}")),
    "spaces out": (line) => line.replace(MASK, (mask) => `{ ${mask.slice(1)}`),
  };

  it.each(Object.keys(damages))("keeps every placeable once: %s", async (name) => {
    const random = new Random(3);
    const texts = Array.from({ length: 600 }, () => plainText(random));
    const damaged = translator((line) => [damages[name]!(line)]);
    const translated = await translateTexts(
      damaged,
      texts.map(({ text }) => text),
    );
    translated.forEach((translation, i) => {
      const { text, placed } = texts[i]!;
      const found = findPlaceables(translation).map((each) => each.text);
      expect(found.sort(), text).toEqual([...placed].sort());
      // The words are all there too: this translator changes none.
      expect(translation.match(/[a-zöß]+/g)?.sort(), text).toEqual(text.match(/[a-zöß]+/g)?.sort());
    });
  });
});

/** A translator that tells the lines it was given, and what was wanted of them. */
function recording(of: (line: WantedLine) => LineHypothesis[]) {
  const calls: WantedLine[][] = [];
  const translate: TranslateLines = async function* (lines) {
    calls.push(lines);
    for (const line of lines) yield { hypotheses: of(line) };
  };
  return { calls, translate };
}

/** Word for word. */
const diagonal = (words: number) =>
  Array.from({ length: words }, (_, t) => Float32Array.from({ length: words }, (_, s) => Number(s === t)));

describe("what is asked of the translator", () => {
  it("is all lines at once, several hypotheses only where masks may be lost", async () => {
    const { calls, translate } = recording(({ text }) => [{ text }]);
    await translateTexts(translate, ["one", "two {0} three"]);
    expect(calls).toEqual([
      [
        { text: "one", several: false },
        { text: "two {0} three", several: true },
      ],
    ]);
  });

  it("is more hypotheses where the only one may not be taken, or loops", async () => {
    const { calls, translate } = recording(({ text, several }) =>
      several ? [{ text: "x x x x" }, { text: "gut" }] : [{ text: text === "one" ? "%d" : "x x x x" }],
    );
    const counts = textCounts();
    expect(await translateTexts(translate, ["one", "two"], { counts })).toEqual(["gut", "gut"]);
    expect(calls.map((lines) => lines.map(({ several }) => several))).toEqual([
      [false, false],
      [true, true],
    ]);
    expect(counts).toMatchObject({ loops: 2, untranslated: 0 });
  });

  it("is a line without tags and its alignment, where tags were lost", async () => {
    const { calls, translate } = recording(({ text, alignment }) =>
      alignment ? [{ text: text.toUpperCase(), alignment: diagonal(3) }] : [{ text: text.replace(/\{\d\}/, "") }],
    );
    const counts = textCounts();
    const texts = ["click <b>here</b> now", { text: "<1>one</1> more <2/>time", tags: ["<1>", "</1>", "<2/>"] }];
    expect(await translateTexts(translate, texts, { counts })).toEqual([
      "CLICK <b>HERE</b> NOW",
      "<1>ONE</1> MORE <2/>TIME",
    ]);
    expect(calls[1]).toEqual([
      { text: "click here now", several: true, alignment: true },
      { text: "one more time", several: true, alignment: true },
    ]);
    expect(counts).toMatchObject({ withPlaceables: 2, kept: 0, aligned: 2, split: 0 });
  });

  it("is the pieces between placeables, where no alignment came", async () => {
    const { translate } = recording(({ text }) => [{ text: text.replace(/\{\d\}/, "").toUpperCase() }]);
    const counts = textCounts();
    expect(await translateText(translate, "click <b>here</b> now", { counts })).toBe("CLICK <b>HERE</b> NOW");
    expect(counts).toMatchObject({ aligned: 0, split: 1 });
  });

  it("has one space for white space with a line break in it; what comes back the same stays the same", async () => {
    const { calls, translate } = recording(({ text }) => [{ text: text.replace("c", "x") }]);
    const text = { text: "a\n  b <1>c\td</1> e\n\n f g", tags: ["<1>", "</1>"], whiteSpace: "collapsible" } as const;
    expect(await translateText(translate, text)).toBe("a b <1>x d</1> e f g");
    expect(calls[0]!.map((line) => line.text)).toEqual(["a b {0}c d{1} e f g"]);
    expect(await translateText(identity, text)).toBe(text.text);
  });
});

describe("translateVariants", () => {
  const numbered = translator((line) => (line === "b" ? ["b1", "b2"] : [`${line}1`, `${line}2`, `${line}3`]));

  it("has the k-th best of each segment, the best where there are fewer, none twice", async () => {
    expect(await translateVariants(numbered, ["a\nb", "7"], { variants: 9 })).toEqual([
      ["a1\nb1", "a2\nb2", "a3\nb1"],
      ["7"],
    ]);
    expect(await translateVariants(numbered, ["a\nb"], { variants: 2 })).toEqual([["a1\nb1", "a2\nb2"]]);
    const same = translator((line) => [line, `${line}.`, line]);
    expect(await translateVariants(same, ["a"], { variants: 5 })).toEqual([["a", "a."]]);
  });

  it("has none that lost a placeable, and those that loop last", async () => {
    const translate = translator(() => ["eins", "ja ja ja ja {0}", "zwei {0}", "drei {0}"]);
    expect(await translateVariants(translate, ["one {0}"], { variants: 5 })).toEqual([
      ["zwei {0}", "drei {0}", "ja ja ja ja {0}"],
    ]);
  });
});

describe("translateText", () => {
  it("takes no translation that invents a numbered tag", async () => {
    const translate = translator(() => ["eins <2/> {0}", "<1> {0} eins", "eins {0} zwei"]);
    const text = { text: "one <1/> two", tags: ["<1/>"] };
    expect(await translateText(translate, text)).toBe("eins <1/> zwei");
  });

  it("takes the next hypothesis that kept the placeables, and counts", async () => {
    const counts = textCounts();
    const translate = translator((line) =>
      line.includes("first") ? ["eins", "{0} eins"] : line.includes("second") ? ["zwei"] : [line],
    );
    const text = "first {name}\nsecond {name}\nthird {name}\nno placeable";
    expect(await translateText(translate, text, { counts })).toBe(
      "{name} eins\nzwei {name}\nthird {name}\nno placeable",
    );
    expect(counts).toEqual({
      segments: 4,
      withPlaceables: 3,
      kept: 1,
      nextHypothesis: 1,
      aligned: 0,
      split: 1,
      loops: 0,
      untranslated: 0,
      terms: 0,
      termsMissing: 0,
    });
  });

  it("leaves the source where every hypothesis invents a placeable or none comes", async () => {
    const counts = textCounts();
    const translate = translator((line) => (line === "one" ? ["{0} eins", "%d eins"] : []));
    expect(await translateText(translate, "one\ntwo", { counts })).toBe("one\ntwo");
    expect(counts.untranslated).toBe(2);
  });

  it("lets a hypothesis that loops lose to the next", async () => {
    const counts = textCounts();
    const translate = translator(() => ["der Hund der Hund der Hund der Hund", "der Hund"]);
    expect(await translateText(translate, "the dog", { counts })).toBe("der Hund");
    expect(counts.loops).toBe(1);
  });

  it("translates the cases of plural messages and leaves their syntax", async () => {
    const words: Record<string, string> = {
      file: "Datei",
      files: "Dateien",
      Found: "Gefunden:",
      in: "in",
      folder: "Ordner",
    };
    const translate = translator((line) => [line.replace(/\p{L}+/gu, (word) => words[word] ?? word)]);
    expect(await translateText(translate, "Found {n, plural, one {# file} other {# files}} in '{folder}'")).toBe(
      "Gefunden: {n, plural, one {# Datei} other {# Dateien}} in '{folder}'",
    );
  });

  it("lets no apostrophe come to stand before a brace of a message", async () => {
    const text = "{n, plural, one {of {name}} other {of all}}";
    const translate = translator((line) => (line.includes("{") ? ["d'{0}", "de {0}"] : [`de${line.slice(2)}`]));
    expect(await translateText(translate, text)).toBe("{n, plural, one {de {name}} other {de all}}");
  });

  it("keeps tags nested", async () => {
    const translate = translator(() => ["Klick {1}hier{0} jetzt", "Jetzt {0}hier{1} klicken"]);
    expect(await translateText(translate, "Click <b>here</b> now")).toBe("Jetzt <b>hier</b> klicken");
  });

  it("shows a translator masks of its own making, and falls back where the text has the like", async () => {
    const seen: string[] = [];
    const translate = translator((line) => {
      seen.push(line);
      return [line];
    });
    const masks = { masks: (all: readonly string[]) => all.map((_, i) => `⟦${i}⟧`), pattern: /⟦\d+⟧/ };
    const text = "Open {0} now\nOpen ⟦0⟧ of {0} now";
    expect(await translateText(translate, text, { masks })).toBe(text);
    expect(seen).toEqual(["Open ⟦0⟧ now", "Open ⟦0⟧ of", "now"]);
  });

  it("adds no full stop to a piece between placeables", async () => {
    const translate = translator((line) => [`${line}.`]);
    expect(await translateText(translate, "open {0}, then close {1} there", { masks: "split" })).toBe(
      "open {0}, then close {1} there",
    );
  });

  it("refuses masks that there are not", async () => {
    await expect(translateText(identity, "a", { masks: "stars" as never })).rejects.toThrow(/no masks "stars"/);
  });

  it("reads long lists of placeables piece by piece", async () => {
    const text = "ab {0} ".repeat(20_000);
    expect(await translateText(identity, text)).toBe(text);
  });
});
