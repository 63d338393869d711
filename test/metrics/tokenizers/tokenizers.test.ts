/**
 * Source of truth for the rules: mteval-v13a's and v14's, example by example (nasty.test.ts compares whole corpora with
 * sacreBLEU). For MeCab's: the segmentation MeCab 0.996 with IPADIC prints.
 */
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/base/errors.ts";
import {
  defaultTokenizerFor,
  loadTokenizer,
  TOKENIZER_NAMES,
  tokenizerNamed,
} from "../../../src/metrics/tokenizers/by-name.ts";
import { sentencePieceTokenizer } from "../../../src/metrics/tokenizers/sentencepiece.ts";

function installed(library: string): boolean {
  try {
    createRequire(import.meta.url).resolve(library);
    return true;
  } catch {
    return false;
  }
}

describe("tokenizers", () => {
  it.each([
    ["13a", "It's 1,000.5 (not -5): U.S., 3-4!", "It's 1,000.5 ( not -5 ) : U . S . , 3 - 4 !"],
    ["13a", "a &quot;b&quot; &amp;lt; c<skipped>d", 'a " b " < cd'],
    ["13a", "end.\nnext line-\nbroken", "end . next linebroken"],
    ["intl", "«Ja», 1.000,5 € 12:30 – 2021.", "« Ja » , 1.000,5 € 12:30 – 2021."],
    ["zh", "我们在2021年见面。OK, let's go", "我 们 在 2021 年 见 面 。 OK , let's go"],
    ["char", "a b👍", "a b 👍"],
    ["none", " a  b.\u3000c ", "a b. c"],
  ])("%s: %s", (name, line, words) => {
    expect(tokenizerNamed(name).tokenize(line).join(" ")).toBe(words);
  });

  it("sign with their names", () => {
    expect(TOKENIZER_NAMES.map((name) => tokenizerNamed(name).signature)).toEqual(TOKENIZER_NAMES);
  });

  it("follow the language", () => {
    expect(["zh", "ja", "ko", "de"].map(defaultTokenizerFor)).toEqual(["zh", "ja-mecab", "ko-mecab", "13a"]);
  });

  it("take pieces of a model as words", () => {
    const tokenizer = sentencePieceTokenizer("flores200", (line) => line.split("").map((letter) => `▁${letter}`));
    expect(tokenizer.tokenize("ab")).toEqual(["▁a", "▁b"]);
    expect(tokenizer.signature).toBe("flores200");
  });

  it("must be loaded where they need a library", () => {
    expect(() => tokenizerNamed("ja-mecab")).toThrow(UsageError);
    expect(() => tokenizerNamed("toString")).toThrow(UsageError);
  });
});

describe.each([
  ["ja-mecab", "kuromoji", "すもももももももものうち。", "すもも も もも も もも の うち 。"],
  ["ko-mecab", "kuromoji-ko", "아버지가방에들어가신다", "아버지 가 방 에 들어가 신다"],
])("%s", (name, library, line, words) => {
  it.runIf(installed(library))(`cuts sentences with ${library}`, async () => {
    const tokenizer = await loadTokenizer(name);
    expect(tokenizer.tokenize(line).join(" ")).toBe(words);
    expect(tokenizer.signature).toBe(`${name}-${library}`);
  });

  it.skipIf(installed(library))(`says how to get ${library} where it is not installed`, async () => {
    await expect(loadTokenizer(name)).rejects.toThrow(UsageError);
    await expect(loadTokenizer(name)).rejects.toMatchObject({ nextStep: `Run: npm install -D ${library}` });
  });
});
