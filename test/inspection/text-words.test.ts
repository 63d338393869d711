/** Source of truth: texts cut into words by hand. */
import { expect, test } from "vitest";
import { textWords } from "../../src/inspection/text-words.ts";

test.each([
  ["", "en", []],
  ["  ", "en", []],
  ["Don't go!", "en", ["Don't", "go", "!"]],
  ["Wait … “what”?!", "en", ["Wait", "…", "“", "what", "”?!"]],
  ["3.5 km (ca.)", "de-AT", ["3.5", "km", "(", "ca", ".)"]],
  ["well-known", "en", ["well", "-", "known"]],
  ["我爱北京", "zh", ["我", "爱", "北京"]],
  ["a😀b", "en", ["a", "😀", "b"]],
  ["ein Hund", "!", ["ein", "Hund"]],
])("%j", (text, language, words) => {
  const spans = textWords(text, language);
  expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(words);
});
