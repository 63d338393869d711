// Source of truth: sentences whose language and script are known.
import { expect, test } from "vitest";
import { loadLanguageCheck } from "../../../src/data/cleaning/language-id.ts";
import { scriptShare } from "../../../src/data/cleaning/scripts.ts";

test.each([
  ["Ein Hund läuft, 3 mal.", "de", 1],
  ["Собака бежит", "ru", 1],
  ["Собака", "en", 0],
  ["犬が走る", "ja", 1],
  ["ab犬犬", "zh_CN", 0.5],
  ["12 — 34", "en", 1],
  ["anything", "xx", 1],
])("script share of %j in %s is %d", (text, language, share) => {
  expect(scriptShare(text, language)).toBe(share);
});

test.each([
  ["Dies ist ein deutscher Satz über das Wetter von gestern.", "de", true],
  ["Dies ist ein deutscher Satz über das Wetter von gestern.", "de_AT", true],
  ["Dies ist ein deutscher Satz über das Wetter von gestern.", "en", false],
  // Norwegian is one language to the package, and Danish near it.
  ["I går gikk vi en tur i skogen med hunden vår.", "nb", true],
  ["I går gikk vi en tur i skogen med hunden vår.", "da", true],
  ["I går gikk vi en tur i skogen med hunden vår.", "fr", false],
  // Too short to say.
  ["Der Hund bellt", "en", true],
  // Nothing is known of the language.
  ["Dies ist ein deutscher Satz über das Wetter von gestern.", "xx", true],
  // Nothing is known of the text.
  ["1234 ΩΩΩΩ ΩΩΩΩ ΩΩΩΩ ΩΩΩΩ ΩΩΩΩ ΩΩΩΩ", "de", true],
])("whether %j may be %s: %s", async (text, language, may) => {
  expect((await loadLanguageCheck())(text, language)).toBe(may);
});
