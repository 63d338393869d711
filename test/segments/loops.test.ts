/** Source of truth: the rule itself: a word 4 times in a row, or a longer run 3 times, and more often than anything in the source. */
import { expect, it } from "vitest";
import { loops } from "../../src/segments/loops.ts";

it.each([
  ["der Hund der Hund der Hund", "the dog", true],
  ["der Hund der Hund", "the dog", false],
  ["Ja ja ja ja", "yes", true],
  ["Ja ja ja", "yes", false],
  ["Nein, nein, nein!", "No, no, no!", false],
  ["Nein, nein, nein, nein, nein!", "No, no, no!", true],
  ["我我我我我是", "I am", true],
  ["……………… ---- ====", "wait", false],
  ["Der Wert der Werte des Wertes der Wertung", "value", false],
  ["er geht und geht und geht und geht und", "he goes", true],
  ["Am Anfang steht A. B. C. D. E. F.", "it begins", false],
  ["", "x", false],
])("%j for %j: %s", (translation, source, expected) => {
  expect(loops(translation, source)).toBe(expected);
});
