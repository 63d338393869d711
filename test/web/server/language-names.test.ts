/** Source of truth: pairs chosen by hand. */
import { expect, test } from "vitest";
import { languageNames, possibleChoice, swapped, targetsOf } from "../../../web/src/server/language-names.ts";

const languages = [
  { code: "de", targets: ["en"] },
  { code: "en", targets: ["de", "fr"] },
  { code: "fr", targets: [] },
];
const code = (each: string) => each;

test("names are those of the reader's language, or the code", () => {
  expect(languageNames(["de"])("en")).toBe("Englisch");
  expect(languageNames(["en-GB"])("de")).toBe("German");
  expect(languageNames(["en"])("x!")).toBe("x!");
  expect(languageNames(["not a locale"])("de")).toBe("de");
});

test("targets are those of the source, of auto all, by name", () => {
  expect(targetsOf(languages, "en", code)).toEqual(["de", "fr"]);
  expect(targetsOf(languages, "en", languageNames(["en"]))).toEqual(["fr", "de"]);
  expect(targetsOf(languages, "auto", code)).toEqual(["de", "en", "fr"]);
  expect(targetsOf(languages, "xx", code)).toEqual([]);
});

test.each([
  [{}, { source: "de", target: "en" }],
  [
    { source: "en", target: "fr" },
    { source: "en", target: "fr" },
  ],
  [
    { source: "en", target: "xx" },
    { source: "en", target: "de" },
  ],
  [{ target: "fr" }, { source: "en", target: "fr" }],
  [
    { source: "fr", target: "de" },
    { source: "en", target: "de" },
  ],
  [
    { source: "auto", target: "de" },
    { source: "auto", target: "de" },
  ],
])("of %j the server can do %j", (wanted, expected) => {
  expect(possibleChoice(languages, wanted)).toEqual(expected);
});

test("a server without a pair has nothing to choose", () => {
  expect(possibleChoice([], { source: "en" })).toEqual({ source: "", target: "" });
});

test("turned round where there is a way back", () => {
  expect(swapped(languages, { source: "en", target: "de" }, undefined)).toEqual({ source: "de", target: "en" });
  expect(swapped(languages, { source: "en", target: "fr" }, undefined)).toBeUndefined();
  expect(swapped(languages, { source: "auto", target: "de" }, "en")).toEqual({ source: "de", target: "en" });
  expect(swapped(languages, { source: "auto", target: "de" }, undefined)).toBeUndefined();
});
