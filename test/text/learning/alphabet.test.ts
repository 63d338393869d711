// Source of truth: the alphabets of texts of few characters, counted by hand.
import { expect, test } from "vitest";
import { coveredAlphabet } from "../../../src/text/learning/alphabet.ts";
import { RunCounts } from "../../../src/text/learning/run-counts.ts";

function alphabetOf(text: string, coverage = 1, required?: string): string {
  const runs = new RunCounts([]);
  for (const word of text.split(" ")) {
    runs.add(
      Uint16Array.from(word, (_, i) => word.charCodeAt(i)),
      word.length,
    );
  }
  return coveredAlphabet(runs, coverage, required).join("");
}

test.each([
  ["most frequent first", "abbcc cc", 1, undefined, "cba"],
  ["of equally frequent ones the lower code point first", "ba dc", 1, undefined, "abcd"],
  ["no more than the coverage asks for", "aaaaab bbcd", 0.8, undefined, "ab"],
  ["required ones after them, each once", "aab", 0.6, "bzaz", "abz"],
  ["no zero characters, which end a text for other readers", "a\u0000b\u0000a", 1, undefined, "ab"],
])("%s", (_, text, coverage, required, expected) => {
  expect(alphabetOf(text, coverage, required)).toBe(expected);
});
