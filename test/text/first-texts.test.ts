/** Source of truth: a model that has encoded so much text that its tables are made. One that was just read looks everything up instead. */
import { describe, expect, it } from "vitest";
import { ModelType } from "../../src/text/sentencepiece/model-proto.ts";
import { WordpieceModel } from "../../src/text/wordpiece-model.ts";
import { trainWordpieces } from "../../src/text/wordpiece-trainer.ts";
import { byRank, frequentSubstrings, modelProto } from "./model-specs.ts";
import { NASTY, sentences } from "./sample-text.ts";

const training = sentences(3000, 21);
const pieces = frequentSubstrings(training.slice(0, 300), 5, 500);
const scored = pieces.map((text, i): [string, number] => [text, -2 - ((i * 37) % 400) / 32]);
const trained = trainWordpieces(training, { vocabSize: 1200, userDefinedSymbols: ["<2de>", "en", "日本"] });
const kinds: Record<string, WordpieceModel> = {
  "trained here": trained,
  "with unused pieces": WordpieceModel.fromProto(
    modelProto({
      normal: byRank(pieces.filter((_, i) => i % 3 > 0)),
      unused: byRank(pieces.filter((_, i) => i % 3 === 0)),
    }),
  ),
  "with equal scores out of order": WordpieceModel.fromProto(
    modelProto({ normal: pieces.map((text, i) => [text, -((i * 7) % 50)]) }),
  ),
  unigram: WordpieceModel.fromProto(
    modelProto({
      normal: scored.filter((_, i) => i % 4 > 0),
      unused: scored.filter((_, i) => i % 4 === 0),
      userDefined: ["<2de>"],
      trainer: { modelType: ModelType.unigram, byteFallback: true },
    }),
  ),
};
const texts = [...NASTY, ...sentences(60, 22), sentences(40, 23).join(" ")];

describe.each(Object.entries(kinds))("a model %s", (_, model) => {
  const bytes = model.toBytes();
  for (const text of [...training, ...training]) model.encode(text);

  it("encodes its first text as any later one", () => {
    for (const text of texts) {
      const first = WordpieceModel.fromBytes(bytes);
      expect([...first.encode(text)], text).toEqual([...model.encode(text)]);
    }
  });

  it("normalises its first text as any later one", () => {
    for (const text of texts) {
      expect(WordpieceModel.fromBytes(bytes).normalize(text), text).toBe(model.normalize(text));
    }
  });
});

it("makes tables in the middle of a text's way without a change", () => {
  const model = WordpieceModel.fromBytes(trained.toBytes());
  const seen = training.slice(0, 1500).map((text) => model.encode(text).join());
  expect(seen).toEqual(training.slice(0, 1500).map((text) => trained.encode(text).join()));
});
