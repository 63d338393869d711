/** Source of truth: the rules as docs/cleaning.md says them, one table row each. */
import { describe, expect, test } from "vitest";
import { compareNumbers } from "../../../src/data/cleaning/rules/numbers.ts";
import { repeatedCharacters, repeatedWords } from "../../../src/data/cleaning/rules/repetition.ts";
import { compileRules, type TextRules } from "../../../src/data/cleaning/text-rules.ts";

const verdict = (rules: TextRules, source: string, target: string) => compileRules(rules)(source, target);

describe("numbers", () => {
  test.each([
    ["12 dogs", "12 Hunde"],
    ["1,234.50 dollars", "1.234,5 Dollar"],
    ["1,234 people", "1.234 Menschen"],
    ["1,234 people", "1234 Menschen"],
    ["1,234 people", "1 234 personnes"],
    ["1,234,567 people", "1\u00a0234\u202f567 personnes"],
    ["12,34,567 rupees", "1.234.567 Rupien"],
    ["a million: 1'000'000", "eine Million: 1.000.000"],
    ["pi is 3.14", "Pi ist 3,14"],
    ["in 007", "in 7"],
    ["on 12/03/2016 at 10:30", "am 12.03.2016 um 10.30"],
    ["version 1.2.3", "Version 1.2.3"],
    ["an MP3 of 2016", "eine MP4 von 2016"],
    ["the 1st of 3", "der 1. von 3"],
    ["٣ كلاب", "3 dogs"],
    ["१,२३४ लोग", "1234 people"],
    ["12 and 300 people", "300 Menschen und 12"],
    ["2016 300 people came", "2016 kamen 300"],
    ["no number", "keine Zahl"],
  ])("are the same in %j and %j", (source, target) => {
    expect(compareNumbers(source, target).differing).toBe(0);
  });

  test.each([
    ["12 dogs", "13 Hunde", 2],
    ["1.5 dogs", "15 Hunde", 2],
    ["1,234 people", "1,235 Menschen", 2],
    ["12 dogs", "Hunde", 1],
    ["dogs", "1 2 3 Hunde", 3],
    ["1234.5 m", "12345 m", 2],
    ["1 234 personnes", "1235 people", 2],
  ])("differ in %j and %j by %d", (source, target, differing) => {
    expect(compareNumbers(source, target).differing).toBe(differing);
  });

  test("that are shared may outweigh those that are not", () => {
    const pair = ["1 of 2 or 3", "1 von 2 oder 4"] as const;
    expect(compareNumbers(...pair)).toEqual({ shared: 2, differing: 2 });
    expect(verdict({ numberRatio: 1 }, ...pair)).toBe("kept");
    expect(verdict({ numberRatio: 1.1 }, ...pair)).toBe("numbers differ");
    expect(verdict({ numberRatio: Number.MAX_VALUE }, ...pair)).toBe("numbers differ");
  });
});

const allParts: TextRules = { keptParts: ["urls", "emails", "tags", "placeholders"] };

test.each([
  ["see https://a.org/x.", "siehe https://a.org/x", "kept"],
  ["see https://a.org/x", "siehe https://a.org/y", "urls differ"],
  ["see https://a.org", "siehe", "urls differ"],
  ["https://a.org https://b.org", "https://b.org https://a.org", "kept"],
  ["write to me@a.org", "an ME@a.org", "kept"],
  ["write to me@a.org", "an dich@a.org", "emails differ"],
  ['<b class="x">bold</b>', "<b>fett</b>", "kept"],
  ["<b>bold</b>", "<i>fett</i>", "tags differ"],
  ["a < b", "a < b", "kept"],
  ["Open {0}", "{0} öffnen", "kept"],
  ["Open {0}", "{1} öffnen", "placeholders differ"],
  ["%s of %s", "%2$s von %1$s", "kept"],
  ["%s of %d", "%s von %s", "placeholders differ"],
  ["{n, plural, one {a dog} other {# dogs}}", "{n, plural, one {ein Hund} other {# Hunde}}", "kept"],
  ["{n, plural, one {a dog} other {# dogs}}", "{m, plural, one {ein Hund} other {# Hunde}}", "placeholders differ"],
  ["100 % of it", "100% davon", "kept"],
])("parts of %j and %j: %s", (source, target, expected) => {
  expect(verdict(allParts, source, target)).toBe(expected);
});

test("parts that are not asked for may differ", () => {
  expect(verdict({ keptParts: ["urls"] }, "Open {0}", "Öffnen")).toBe("kept");
});

test.each([
  [{ side: "source", must_match: "^\\p{Lu}" }, "A", "b", true],
  [{ side: "source", must_match: "^\\p{Lu}" }, "a", "B", false],
  [{ side: "target", must_not_match: "\\d" }, "1", "b", true],
  [{ side: "target", must_not_match: "\\d" }, "a", "1", false],
  [{ side: "either", must_match: "x" }, "a", "x", true],
  [{ side: "either", must_match: "x" }, "a", "b", false],
  [{ side: "either", must_not_match: "x" }, "a", "x", false],
  [{ side: "both", must_match: "x" }, "a", "x", false],
  [{ side: "both", must_not_match: "x" }, "a", "x", true],
  [{ side: "both", must_match: "x", must_not_match: "y" }, "xy", "xy", false],
] as const)("%j and %j, %j: passes %s", (pattern, source, target, passes) => {
  expect(verdict({ patterns: [pattern] }, source, target)).toBe(passes ? "kept" : "pattern");
});

test("repetitions are counted in a row", () => {
  expect(["", "abc", "aab", "no!!!! a", "a    b", "🦉🦉🦉"].map(repeatedCharacters)).toEqual([0, 1, 2, 4, 1, 3]);
  expect(
    ["", "a b a", "the the", "a b a b a b", "No no NO , x", "a b c a b c", "a b a c a d"].map(repeatedWords),
  ).toEqual([0, 1, 2, 3, 3, 2, 1]);
  expect(verdict({ repeatedCharacters: 4 }, "ok", "no!!!!")).toBe("repetition");
  expect(verdict({ repeatedCharacters: 5, repeatedWords: 3 }, "no!!!!", "the the")).toBe("kept");
  expect(verdict({ repeatedWords: 2 }, "the the", "ok")).toBe("repetition");
});

test.each([
  ["Open the file", " open  the file", 1, "untranslated"],
  ["Open the file", "open the file!", 1, "kept"],
  ["Open the file", "Open the files!", 0.8, "untranslated"],
  ["Open the file", "Öffne die Datei", 0.8, "kept"],
  ["Open", "Open this long text", 0.5, "kept"],
  ["12:30 – 13:30", "12:30 – 13:30", 1, "kept"],
])("%j and %j at %d: %s", (source, target, copySimilarity, expected) => {
  expect(verdict({ copySimilarity }, source, target)).toBe(expected);
});

test("words are counted by white space, their lengths in code points", () => {
  expect(verdict({ minWords: 2 }, "a b", "a")).toBe("words");
  expect(verdict({ maxWords: 2 }, "a b c", "a")).toBe("words");
  expect(verdict({ maxWordLength: 3 }, "a", "🦉🦉🦉")).toBe("kept");
  expect(verdict({ maxWordLength: 2 }, "a", "🦉🦉🦉")).toBe("words");
  expect(verdict({ maxWordRatio: 2 }, "a b c d", "a b")).toBe("kept");
  expect(verdict({ maxWordRatio: 2 }, "a b c d e", "a b")).toBe("words");
});
