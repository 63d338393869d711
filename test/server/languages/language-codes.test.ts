/** Source of truth: codes that clients were seen to send. */
import { expect, test } from "vitest";
import { exactCode, languageName, nearestCode } from "../../../src/server/languages/language-codes.ts";

const known = ["de", "en-GB", "pt", "pt-BR", "zh", "zt"];

test.each([
  ["DE", "de"],
  ["zh-Hans", "zh"],
  ["zh-HANT", "zt"],
  ["pb", "pt-BR"],
  ["en-US", undefined],
  ["de-AT", undefined],
  ["", undefined],
])("exactly %s is %s", (code, found) => {
  expect(exactCode(code, known)).toBe(found);
});

test.each([
  ["zh-HANS", "zh"],
  ["ZH-HANT-TW", "zt"],
  ["DE_AT", "de"],
  ["PT-PT", "pt"],
  ["pt-br", "pt-BR"],
  ["EN", "en-GB"],
  ["EN-US", "en-GB"],
  ["FR", undefined],
  ["", undefined],
])("nearest to %s is %s", (code, found) => {
  expect(nearestCode(code, known)).toBe(found);
});

test("names are English; a code without one stands for itself", () => {
  expect(["de", "pt-BR", "not a code"].map(languageName)).toEqual(["German", "Brazilian Portuguese", "not a code"]);
});
