/** Source of truth: sentences whose language is known. */
import { describe, expect, test } from "vitest";
import { LanguageDetection } from "../../../src/server/languages/language-detector.ts";

async function detection(...languages: string[]): Promise<LanguageDetection> {
  const made = new LanguageDetection(() => languages);
  await made.prepare(languages);
  return made;
}

test.each([
  ["The dog runs over the field.", "en"],
  ["Der Hund rennt über das Feld.", "de"],
  ["Le chien court dans le champ.", "fr"],
  ["El perro corre por el campo.", "es"],
  ["Собака бежит по полю.", "ru"],
  ["犬が野原を走っている。", "ja"],
])("%s is %s", async (text, language) => {
  const [first] = (await detection("en", "de", "fr", "es", "ru", "ja")).detect(text);
  expect(first!.language).toBe(language);
  expect(first!.confidence).toBeGreaterThan(25);
});

test("confidences are shares, the likeliest first, of served languages only", async () => {
  const found = (await detection("nl", "de", "fr")).detect("Het meisje heeft haar huis.");
  expect(found[0]!.language).toBe("nl");
  expect(found.reduce((sum, { confidence }) => sum + confidence, 0)).toBeCloseTo(100, 0);
  expect(found).toEqual(found.toSorted((a, b) => b.confidence - a.confidence));
  expect((await detection("de", "fr")).detect("The dog runs over the field.")[0]!.language).not.toBe("en");
});

test("regions and other codes of a language are that language", async () => {
  expect((await detection("en-GB", "nb", "zt")).detect("Hunden løper over jordet i dag.")[0]!.language).toBe("nb");
  expect((await detection("en-GB", "nb", "zt")).detect("The dog runs over the field.")[0]!.language).toBe("en-GB");
  expect((await detection("en-GB", "nb", "zt")).detect("我們昨天去了學校。")[0]!.language).toBe("zt");
});

describe("where words say nothing", () => {
  test("the script may", async () => {
    expect((await detection("en", "ka", "km")).detect("ខ្ញុំ")).toEqual([{ language: "km", confidence: 100 }]);
  });

  test("the first language is named, with no confidence", async () => {
    expect((await detection("en", "de")).detect("abc")).toEqual([{ language: "en", confidence: 0 }]);
    expect((await detection("en", "de")).detect("")).toEqual([{ language: "en", confidence: 0 }]);
  });
});

test("the only language is that of every text, until there is another", async () => {
  const languages = ["en"];
  const made = new LanguageDetection(() => languages);
  await made.prepare(languages);
  expect(made.detect("Der Hund rennt über das Feld.")).toEqual([{ language: "en", confidence: 100 }]);
  await made.prepare(["en", "de"]);
  languages.push("de");
  expect(made.detect("Der Hund rennt über das Feld.")[0]!.language).toBe("de");
});
