/** Source of truth: sentences worked out by hand; the toy model copies its source, unknown pieces included. */
import { expect, test } from "vitest";
import { replaceUnknown } from "../../src/decoding/replace-unk.ts";
import { bestText } from "../../src/decoding/translation.ts";
import { Translator } from "../../src/decoding/translator.ts";
import { copyParts, ToyWordpieces } from "./toy-wordpieces.ts";
import { translateAll } from "./translate-all.ts";

test.each([
  ["the Zebra the", "the Zebra the"],
  ["Zebra", "Zebra"],
  ["aXYb the Q", "aXYb the Q"],
  ["a😀b", "a😀b"],
  ["the  caX\tthe", "the caX the"],
  ["the the", "the the"],
])("unknown pieces of %j come from the source", async (source, expected) => {
  const parts = copyParts(["the"]);
  expect(bestText((await translateAll(new Translator(parts, { replaceUnk: true }), [source]))[0]!)).toBe(expected);
});

test("without the option they stay unknown", async () => {
  expect(bestText((await translateAll(new Translator(copyParts(["the"])), ["the Zebra"]))[0]!)).toContain("⁇");
});

/** A hypothesis whose piece t looks at source position looks[t]. */
function hypothesis(wordpieces: ToyWordpieces, pieces: string[], looks: number[], positions: number) {
  return {
    pieces: Int32Array.from(pieces, (piece) => wordpieces.idOf(piece)),
    attention: looks.map((at) => Float32Array.from({ length: positions }, (_, i) => (i === at ? 1 : 0))),
    score: 0,
    logProbability: 0,
    complete: true,
  };
}

function sourceText(wordpieces: ToyWordpieces, text: string, tag?: string) {
  const ids = wordpieces.encode(text);
  const tags = tag === undefined ? [] : [wordpieces.idOf(tag)];
  return { text, source: Int32Array.from([...tags, ...ids, wordpieces.eosId]), pieces: ids.length };
}

test("a piece that looks at known pieces gets their whole word, neighbours that look at one word give it once", () => {
  const wordpieces = new ToyWordpieces(["the"]);
  // the | ▁ b a c | the
  const source = sourceText(wordpieces, "the bac the");
  const unknown = hypothesis(wordpieces, ["▁the", "▁", "<unk>", "<unk>", "▁the"], [0, 1, 2, 3, 5], 7);
  expect(replaceUnknown(unknown, source, wordpieces)).toBe("the bac the");
});

test("places of the text are counted after the tag", () => {
  const wordpieces = new ToyWordpieces(["the"], ["<2de>"]);
  // <2de> | the | ▁ b | </s>
  const source = sourceText(wordpieces, "the b", "<2de>");
  const unknown = hypothesis(wordpieces, ["▁", "<unk>"], [1, 3], 5);
  expect(replaceUnknown(unknown, source, wordpieces)).toBe("b");
});

test("the tag and </s> are no words: the best position of the text is taken", () => {
  const wordpieces = new ToyWordpieces(["the"], ["<2de>"]);
  const source = sourceText(wordpieces, "the", "<2de>");
  const unknown = hypothesis(wordpieces, ["▁", "<unk>"], [0, 2], 3);
  expect(replaceUnknown(unknown, source, wordpieces)).toBe("the");
});
