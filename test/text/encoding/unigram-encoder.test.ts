// Source of truth: SentencePiece 0.2.2 (its Python package) on the same model files; its answers are stored here.
import { expect, test } from "vitest";
import { ModelType } from "../../../src/text/sentencepiece/model-proto.ts";
import { WordpieceModel } from "../../../src/text/wordpiece-model.ts";
import { modelProto } from "../model-specs.ts";

const pieces = "a b c ab ba bc ca aa bb abc bca cab aab bba ▁a ▁b ▁ ▁ab".split(" ");

/** Multiples of 0.1, whose sums are equal or differ in the last bit of a 32-bit float. */
function modelWith(userDefined: readonly string[]): WordpieceModel {
  const normal = pieces.map((text, i) => [text, -0.1 * (3 * text.length + ((i * 5) % 4))] as const);
  return WordpieceModel.fromProto(modelProto({ normal, userDefined, trainer: { modelType: ModelType.unigram } }));
}

test.each([
  ["acacacacacacbbaaa", "▁|a|ca|ca|ca|ca|ca|c|bb|a|a|a"],
  ["acacacacacacbbb", "▁|a|ca|ca|ca|ca|ca|c|b|bb"],
  ["acacacacacbb c", "▁|a|ca|ca|ca|ca|c|bb|▁|c"],
  ["a baacacacacac", "▁|a|▁|ba|a|ca|ca|ca|ca|c"],
  ["acacacacacbabbb", "▁|a|ca|ca|ca|ca|c|ba|b|bb"],
  ["acacacacaccbabb", "▁|a|ca|ca|ca|ca|c|c|ba|bb"],
])("segmentations of %s whose scores tie in 32-bit floats", (text, expected) => {
  expect(modelWith([]).encodePieces(text).join("|")).toBe(expected);
});

test.each([
  ["acaacbc", "▁|a|ca|a|c|bc"],
  ["bbbacacacacac", "▁|b|bb|acacacacac"],
  ["baa bbb", "▁|ba|a|▁|b|bb"],
  ["bbbacacacacacbbb", "▁|b|bb|acacacacac|b|bb"],
  ["bacacacacacca ab", "▁|b|acacacacac|ca|▁|a|b"],
  ["baaacacacacacbbb", "▁|ba|a|acacacacac|b|bb"],
])("segmentations of %s around user-defined symbols", (text, expected) => {
  expect(modelWith(["cc", "bab", "acacacacac"]).encodePieces(text).join("|")).toBe(expected);
});
