/** Source of truth: the parameters that OpusCleaner's filters have and what they do with them (its filters/*.json and *.py, version 0.6). */
import { expect, test } from "vitest";
import { readRecipe, stricter } from "../../../src/data/cleaning/opuscleaner.ts";
import { compileRules } from "../../../src/data/cleaning/text-rules.ts";

const recipe = (...filters: object[]) => JSON.stringify({ version: 1, files: ["a.en.gz", "a.de.gz"], filters });
const read = (...filters: object[]) => readRecipe(recipe(...filters), "a.filters.json");

test("steps with an equal become rules, the others are named with their place and language", () => {
  const { rules, taken, leftOut } = read(
    { filter: "remove_empty_lines", parameters: {}, language: null },
    { filter: "max_length", parameters: { MAXLENGTH: 80, MINLENGTH: 2 }, language: null },
    { filter: "fix_wiki", parameters: {}, language: "de" },
    { filter: "max_word_length", parameters: {} },
    { filter: "src_trg_ratio", parameters: { RATIO: 0.5, LOG: false } },
    { filter: "num_mismatch", parameters: { RATIO: "1.5", DEBUG: true } },
    { filter: "url_mismatch", parameters: {} },
    { filter: "fasttext_filter", parameters: { LANG1: "en", LANG2: "de" } },
    { filter: "src_trg_ratio", parameters: { RATIO: 0.5, LOG: true } },
  );
  expect(rules).toEqual({
    languageId: true,
    texts: { minWords: 2, maxWords: 80, maxWordLength: 150, maxWordRatio: 2, numberRatio: 1.5, keptParts: ["urls"] },
  });
  expect(taken).toEqual([
    "remove_empty_lines",
    "max_length",
    "max_word_length",
    "src_trg_ratio",
    "num_mismatch",
    "url_mismatch (in any order, with http:// or www.)",
    "fasttext_filter (by another identifier)",
  ]);
  expect(leftOut).toEqual([
    "fix_wiki (step 3, de: no equal here)",
    "src_trg_ratio (step 9: logarithms of lengths are not compared)",
  ]);
});

test("filters of OpusFilter do as they do there", () => {
  const passes = (filter: string, parameters: object, source: string, target: string) =>
    compileRules(read({ filter: `opus.${filter}`, parameters }).rules.texts!)(source, target) === "kept";
  expect(passes("LengthFilter", { min_length: 2, max_length: 3, unit: "word" }, "a b", "a b c")).toBe(true);
  expect(passes("LengthFilter", { min_length: 2, max_length: 3, unit: "word" }, "a", "a b c")).toBe(false);
  expect(passes("LengthFilter", { min_length: 3, max_length: 9, unit: "character" }, "ab", "abc")).toBe(false);
  expect(passes("LengthRatioFilter", { threshold: 2, unit: "word" }, "a b", "a")).toBe(false);
  expect(passes("LengthRatioFilter", { threshold: 2, unit: "word" }, "a b c", "a b")).toBe(true);
  expect(passes("LongWordFilter", { threshold: 4 }, "abcd", "a")).toBe(false);
  expect(passes("LongWordFilter", { threshold: 4 }, "abc", "a")).toBe(true);
  expect(passes("HtmlTagFilter", {}, "a <b>c</b>", "a")).toBe(false);
  expect(passes("HtmlTagFilter", {}, "a < b", "a > b")).toBe(true);
  expect(passes("RegExpFilter", { regexps: ["x", "y"], accept_match: false }, "y", "x")).toBe(true);
  expect(passes("RegExpFilter", { regexps: ["x", "y"], accept_match: false }, "a", "y")).toBe(false);
  expect(passes("RegExpFilter", { regexps: ["x", "y"], accept_match: true }, "x", "x")).toBe(false);
  expect(passes("RegExpFilter", { regexps: ["x", "y"], accept_match: true }, "x", "y")).toBe(true);
  const python = read({ filter: "opus.RegExpFilter", parameters: { regexps: ["(?P<a>x)", "y"] } });
  expect(python.leftOut[0]).toMatch(/^opus\.RegExpFilter \(step 1: Invalid regular expression/);
});

test("names of steps are no properties of objects", () => {
  expect(read({ filter: "constructor", parameters: {} }).leftOut).toEqual(["constructor (step 1: no equal here)"]);
});

test.each([
  ["[", /is no recipe of OpusCleaner/],
  ["[]", /no list of filters/],
  ['{"filters": 3}', /no list of filters/],
  ['{"version": 2, "filters": []}', /its version is 2/],
  ['{"filters": [{"parameters": {}}]}', /step 1 names no filter/],
  ['{"filters": [{"filter": "max_length", "parameters": []}]}', /parameters of step 1/],
  ['{"filters": [{"filter": "max_length", "parameters": {"MAXLENGTH": "many"}}]}', /MAXLENGTH is "many"/],
])("%s is refused", (text, message) => {
  expect(() => readRecipe(text, "x.filters.json")).toThrow(message);
  expect(() => readRecipe(text, "x.filters.json")).toThrow(expect.objectContaining({ name: "DataError" }));
});

test("of two rules the stricter one counts", () => {
  const a = { maxCharacters: 100, texts: { maxWords: 5, minWords: 2, keptParts: ["urls"] } } as const;
  const b = {
    maxCharacters: 50,
    minScriptShare: 0.5,
    texts: { maxWords: 7, minWords: 3, keptParts: ["tags"] },
  } as const;
  expect(stricter(a, b)).toEqual({
    maxCharacters: 50,
    minScriptShare: 0.5,
    texts: { maxWords: 5, minWords: 3, keptParts: ["urls", "tags"] },
  });
  expect(stricter({}, {})).toEqual({});
});
