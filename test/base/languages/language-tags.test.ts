/** Source of truth: BCP 47, ISO 639, and the scripts that CLDR takes for likely. */
import { expect, test } from "vitest";
import { languageLikeness } from "../../../src/base/languages/language-tags.ts";

test.each([
  ["en", "en", 2],
  ["EN_us", "en-US", 2],
  ["deu", "de", 2],
  ["ger", "de", 2],
  ["iw", "he", 2],
  ["en", "en-US", 1],
  ["pt-BR", "pt_PT", 1],
  ["de_AT.UTF-8", "de", 1],
  ["no", "nb-NO", 1],
  ["zh", "zh-TW", 1],
  ["zh-CN", "zh-Hans", 1],
  ["sr@latin", "sr-Latn", 1],
  ["zh-Hans", "zh-TW", 0],
  ["sr@latin", "sr_RS", 0],
  ["en", "de", 0],
  ["", "de", 0],
  ["x", "y", 0],
  ["!", "de", 0],
])("%s and %s: %i", (one, other, likeness) => {
  expect(languageLikeness(one, other)).toBe(likeness);
  expect(languageLikeness(other, one)).toBe(likeness);
});

test("thousands of tags are compared as the first ones are", () => {
  for (let i = 0; i < 3000; i++) expect(languageLikeness(`a${i}`, "de")).toBe(0);
  expect(languageLikeness("de-AT", "de")).toBe(1);
});
