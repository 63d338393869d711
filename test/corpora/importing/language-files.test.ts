/** Source of truth: how Android, Apple's systems, Java and Mozilla's projects name their files; the pairs by hand. */
import { expect, test } from "vitest";
import { pairFiles } from "../../../src/corpora/importing/language-files.ts";

test.each<[string, string[], string[][]]>([
  [
    "Android",
    ["res/values/strings.xml", "res/values-de/strings.xml", "res/values-fr/strings.xml", "res/values-de/arrays.xml"],
    [["res/values/strings.xml", "res/values-de/strings.xml"]],
  ],
  [
    "Android, a region",
    ["values-en-rGB/s.xml", "values-de-rAT/s.xml"],
    [["values-en-rGB/s.xml", "values-de-rAT/s.xml"]],
  ],
  [
    "Android, a default beside the source language",
    ["values/s.xml", "values-de/s.xml", "values-en/s.xml"],
    [["values-en/s.xml", "values-de/s.xml"]],
  ],
  ["Apple", ["en.lproj/L.strings", "de.lproj/L.strings"], [["en.lproj/L.strings", "de.lproj/L.strings"]]],
  ["Apple, a base", ["Base.lproj/L.strings", "de.lproj/L.strings"], [["Base.lproj/L.strings", "de.lproj/L.strings"]]],
  [
    "Java",
    ["m.properties", "m_de.properties", "m_fr.properties", "n.properties"],
    [["m.properties", "m_de.properties"]],
  ],
  ["Java, both named", ["m_de_DE.properties", "m_en.properties"], [["m_en.properties", "m_de_DE.properties"]]],
  [
    "folders",
    ["l/de/a.ftl", "l/de/b.ftl", "l/en-US/a.ftl", "l/en-US/b.ftl", "l/fr/a.ftl"],
    [
      ["l/en-US/a.ftl", "l/de/a.ftl"],
      ["l/en-US/b.ftl", "l/de/b.ftl"],
    ],
  ],
  ["names alone", ["de.ftl", "en.ftl"], [["en.ftl", "de.ftl"]]],
  [
    "in the folder of a language",
    ["de/m_de.properties", "de/m_en.properties"],
    [["de/m_en.properties", "de/m_de.properties"]],
  ],
  ["two without a language", ["new.ftl", "old.ftl"], [["new.ftl", "old.ftl"]]],
  ["three without a language", ["a.ftl", "b.ftl", "c.ftl"], []],
])("%s", (_, paths, expected) => {
  const files = paths.map((path) => ({ path }));
  const { pairs, rest } = pairFiles(files, "en", "de");
  expect(pairs.map((pair) => pair.map(({ path }) => path))).toEqual(expected);
  expect(rest.map(({ path }) => path)).toEqual(paths.filter((path) => !expected.flat().includes(path)));
});

test("without languages two files are a pair in their order", () => {
  const files = ["de.ftl", "en.ftl"].map((path) => ({ path }));
  expect(pairFiles(files).pairs).toEqual([[files[0], files[1]]]);
});
