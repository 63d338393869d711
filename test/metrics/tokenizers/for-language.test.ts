// Source of truth: sacreBLEU's choice by language; a missing library is said once, and `char` stands in.
import { expect, it, vi } from "vitest";
import { UsageError } from "../../../src/base/errors.ts";
import { defaultTokenizerFor } from "../../../src/metrics/tokenizers/by-name.ts";
import { tokenizersFor } from "../../../src/metrics/tokenizers/for-language.ts";

vi.mock("../../../src/metrics/tokenizers/mecab.ts", () => ({
  loadJapaneseTokenizer: async () => {
    throw new UsageError("the tokenizer ja-mecab needs a library", { nextStep: "Install it." });
  },
  loadKoreanTokenizer: async () => ({ signature: "ko-mecab-here", tokenize: (line: string) => [line] }),
}));

it("is one for each language, 13a without one", async () => {
  const messages: string[] = [];
  const found = await tokenizersFor(["zh", "de", undefined, "ko"], (message) => messages.push(message));
  expect(found.map(({ signature }) => signature)).toEqual(["zh", "13a", "13a", "ko-mecab-here"]);
  expect(messages).toEqual([]);
});

it("is char where a library is missing, said once", async () => {
  const messages: string[] = [];
  const found = await tokenizersFor(["ja", "zh", "ja_JP"], (message) => messages.push(message));
  expect(found.map(({ signature }) => signature)).toEqual(["char", "zh", "char"]);
  expect(messages).toEqual([
    "the tokenizer ja-mecab needs a library; BLEU is measured with the tokenizer char instead. Install it.",
  ]);
});

it("does not depend on script, region, case or the length of the code", () => {
  expect(["zh-hans", "zh_TW", "ZH", "cmn", "zho_Hant"].map(defaultTokenizerFor)).toEqual(Array(5).fill("zh"));
  expect(["jpn", "kor", "zu", "jam", "constructor"].map(defaultTokenizerFor)).toEqual([
    "ja-mecab",
    "ko-mecab",
    "13a",
    "13a",
    "13a",
  ]);
});
