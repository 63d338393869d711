// Source of truth: ISO 639 and Unicode's likely scripts; what each of these is written in where nobody says otherwise.
import { expect, test } from "vitest";
import { chooseLanguage } from "../../../src/base/languages/choose-language.ts";
import { languagesOfPair } from "../../../src/base/languages/language-pair.ts";

const codes =
  "arb_Arab arb_Latn als_Latn deu_Latn eng eng_Latn est_Latn fuv_Latn nob_Latn nno_Latn pbt_Arab pes_Arab por por-BR prs_Arab quy_Latn srp_Latn srp_Cyrl zho_Hant zho_Hans".split(
    " ",
  );

test.each([
  ["de", "deu_Latn"],
  ["de-AT", "deu_Latn"],
  ["en", "eng"],
  ["eng_Latn", "eng_Latn"],
  ["zh", "zho_Hans"],
  ["zh-TW", "zho_Hant"],
  ["zh_hant", "zho_Hant"],
  ["ar", "arb_Arab"],
  ["no", "nob_Latn"],
  ["nn", "nno_Latn"],
  ["fa", "pes_Arab"],
  ["fa-AF", "prs_Arab"],
  ["sq", "als_Latn"],
  ["et", "est_Latn"],
  ["ff", "fuv_Latn"],
  ["ps", "pbt_Arab"],
  ["qu", "quy_Latn"],
  ["pt", "por"],
  ["pt-BR", "por-BR"],
  ["sr", "srp_Cyrl"],
  ["sr-Latn", "srp_Latn"],
  ["fr", undefined],
  ["", undefined],
  ["x".repeat(50), undefined],
])("%s is %s", (language, code) => {
  expect(chooseLanguage(language, codes)).toBe(code);
});

test("pairs are cut in the middle", () => {
  expect(languagesOfPair("en-de", "--pair")).toEqual(["en", "de"]);
  expect(languagesOfPair("zh_Hans-en", "--pair")).toEqual(["zh_Hans", "en"]);
  expect(languagesOfPair("en:zh-Hans", "--pair")).toEqual(["en", "zh-Hans"]);
  expect(languagesOfPair("pt-BR-zh-TW", "--pair")).toEqual(["pt-BR", "zh-TW"]);
  for (const pair of ["en", "en-de-fr", "-en", "en-1", "en:"]) {
    expect(() => languagesOfPair(pair, "--pair"), pair).toThrow(/--pair .* is no pair of languages/);
  }
});
