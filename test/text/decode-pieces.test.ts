// Source of truth: table 3-7 of the Unicode core specification for bytes; SentencePiece (npm sentencepiece-js) on the same model.
import { describe, expect, it, test } from "vitest";
import { compileCharsmap } from "../../src/text/normalization/compile-charsmap.ts";
import { defaultNormalizerSpec } from "../../src/text/sentencepiece/model-proto.ts";
import { bytePiece } from "../../src/text/sentencepiece/vocabulary.ts";
import { WordpieceModel } from "../../src/text/wordpiece-model.ts";
import { decodingDisagreements } from "./disagreements.ts";
import { byRank, modelProto } from "./model-specs.ts";
import { sentencePiece } from "./sentence-piece.ts";

const proto = modelProto({ normal: byRank(["▁", "a", "b", "▁a"]), trainer: { byteFallback: true } });

describe("byte pieces", () => {
  const model = WordpieceModel.fromProto(proto);
  const ids = (bytes: readonly number[]) => bytes.map((byte) => model.idOf(bytePiece(byte)));
  const lost = (count: number) => "\ufffd".repeat(count);

  test.each([
    ["a character", [0xe2, 0x82, 0xac], "€"],
    ["one cut off: each byte by itself", [0xe2, 0x82], lost(2)],
    ["one cut off by another", [0xe2, 0x82, 0x41], `${lost(2)}A`],
    ["a lone continuation", [0x82, 0x41], `${lost(1)}A`],
    ["an overlong form", [0xe0, 0x80, 0x80], lost(3)],
    ["a surrogate", [0xed, 0xa0, 0x80], lost(3)],
    ["beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80], lost(4)],
    ["the last character", [0xf4, 0x8f, 0xbf, 0xbf], "\u{10ffff}"],
  ])("%s", async (_, bytes, text) => {
    expect(model.decode(ids(bytes))).toBe(text);
    expect(decodingDisagreements(model, await sentencePiece(model.toBytes()), [ids(bytes)])).toEqual([]);
  });
});

it("a model's denormalisation is applied to what its pieces spell", async () => {
  const rules = { next: new Map([["b".charCodeAt(0), { next: new Map(), output: "ß!" }]]), output: undefined };
  const denormalizer = {
    ...defaultNormalizerSpec(),
    ...{
      charsmap: compileCharsmap(rules),
      addDummyPrefix: false,
      removeExtraWhitespaces: false,
      escapeWhitespaces: false,
    },
  };
  const model = WordpieceModel.fromProto({ ...proto, denormalizer });
  const ids = model.encode("ab ba");
  expect(model.decode(ids)).toBe("aß! ß!a");
  expect(decodingDisagreements(model, await sentencePiece(model.toBytes()), [[...ids]])).toEqual([]);
});
