/** Source of truth: SentencePiece's documented normalisation, and SentencePiece itself through a model of single characters. */
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { compileCharsmap } from "../../../src/text/normalization/compile-charsmap.ts";
import { nmtNfkcRules } from "../../../src/text/normalization/nfkc-rules.ts";
import { Normalizer } from "../../../src/text/normalization/normalizer.ts";
import { defaultNormalizerSpec, type NormalizerSpec } from "../../../src/text/sentencepiece/model-proto.ts";
import { WordpieceModel } from "../../../src/text/wordpiece-model.ts";
import { byRank, modelProto } from "../model-specs.ts";
import { NASTY, noise } from "../sample-text.ts";
import { sentencePiece } from "../sentence-piece.ts";

const charsmap = compileCharsmap(nmtNfkcRules());

function normalizer(spec: Partial<NormalizerSpec> = {}, asSuffix = false, verbatim: string[] = []): Normalizer {
  return new Normalizer({ ...defaultNormalizerSpec(), charsmap, ...spec }, asSuffix, verbatim);
}

describe("nmt_nfkc", () => {
  it.each([
    ["Hello  world ", "▁Hello▁world"],
    ["\t a\u3000b\r\n", "▁a▁b"],
    ["ｆｕｌｌ ﬁ ½", "▁full▁fi▁1⁄2"],
    ["e\u0301te\u0301", "▁été"],
    ["x\u00a8y", "▁x▁\u0308y"],
    ["x \u00a8", "▁x▁\u0308"],
    ["a\u0001 \u0001b", "▁a▁b"],
    ["～ ~", "▁～▁~"],
    ["▁a▁", "▁a"],
    ["\u0001", ""],
    ["  ", ""],
    ["", ""],
  ])("%j becomes %j", (text, normalized) => {
    expect(normalizer().normalize(text)).toBe(normalized);
  });

  it("leaves its own output as it is, but for the space in front", () => {
    const random = new Random(1);
    const again = normalizer({ addDummyPrefix: false });
    for (let i = 0; i < 500; i++) {
      const once = again.normalize(noise(random, [..."aé\u0301 ½ﬁ각カ\u3099"]));
      // Rules look at neighbours, so that a second pass may compose what the first brought together.
      if (!/[\u0300-\u036f\u1100-\u11ff\u3099]/.test(once))
        expect(again.normalize(once.replaceAll("▁", " "))).toBe(once);
    }
  });
});

describe("white space", () => {
  it.each([
    [{ addDummyPrefix: false }, false, " a  b ", "a▁b"],
    [{ removeExtraWhitespaces: false }, false, " a  b ", "▁▁a▁▁b▁"],
    [{ removeExtraWhitespaces: false, addDummyPrefix: false }, false, "  ", "▁▁"],
    [{ escapeWhitespaces: false }, false, " a  b ", " a b"],
    [{}, true, " a  b ", "a▁b▁"],
  ] as const)("%j, suffix %j: %j becomes %j", (spec, asSuffix, text, normalized) => {
    expect(normalizer(spec, asSuffix).normalize(text)).toBe(normalized);
  });
});

describe("verbatim symbols", () => {
  it("are copied while all around them changes", () => {
    const text = "ﬁ <ﬁ> ½<½>";
    expect(normalizer({}, false, ["<ﬁ>", "<½"]).normalize(text)).toBe("▁fi▁<ﬁ>▁1⁄2<½>");
  });
});

it("agrees with SentencePiece on every character and on noise", async () => {
  // Every character is its own piece or its bytes, so that decoding gives the normalised text.
  const model = WordpieceModel.fromProto(
    modelProto({ normal: byRank(["▁"]), trainer: { byteFallback: true }, normalizer: { charsmap } }),
  );
  const reference = await sentencePiece(model.toBytes());
  const random = new Random(2);
  const composing = [..."aAeoc\u0301\u0302\u0327\u0323\u0345αω가각ㅏﾡｶﾞカ\u3099ﬁ½ \u00a8\u200b\t▁"];
  const texts = [...NASTY, ...Array.from({ length: 1000 }, () => noise(random, composing))];
  // All characters that NFKC changes, and a sample of the others.
  const alone: string[] = [];
  for (let codePoint = 1; codePoint < 0x30000; codePoint++) {
    if (codePoint === 0xd800) codePoint = 0xe000;
    const character = String.fromCodePoint(codePoint);
    if (codePoint < 0x400 || codePoint % 61 === 0 || character.normalize("NFKC") !== character) alone.push(character);
  }
  for (let i = 0; i < alone.length; i += 50) texts.push(alone.slice(i, i + 50).join("."));
  const wrong = texts.filter((text) => model.decode(reference.encodeIds(text)) !== model.decode(model.encode(text)));
  expect(wrong).toEqual([]);
});
