// Source of truth: SentencePiece (npm sentencepiece-js) on the same model bytes, and scores added by hand.
import { expect, it } from "vitest";
import { ModelType } from "../../../src/text/sentencepiece/model-proto.ts";
import { WordpieceModel } from "../../../src/text/wordpiece-model.ts";
import { disagreements } from "../disagreements.ts";
import { modelProto } from "../model-specs.ts";
import { sentencePiece } from "../sentence-piece.ts";

it("a user-defined symbol scores its bytes times the best piece's score, less 0.1, and may lose to a longer piece", async () => {
  const normal = [
    ["▁", -0.5],
    ["c", -0.5],
    ["d", -0.5],
    ["abc", -0.55],
    ["abd", -0.65],
  ] as const;
  const trainer = { modelType: ModelType.unigram };
  const model = WordpieceModel.fromProto(modelProto({ normal, userDefined: ["ab"], trainer }));
  // No score is above 0, so the best counts as 0: ab is -0.1, and ab with one more -0.6.
  expect(model.encodePieces("abc abd")).toEqual(["▁", "abc", "▁", "ab", "d"]);
  expect(disagreements(model, await sentencePiece(model.toBytes()), ["abc abd", "ab", "aab", "abab c"])).toEqual([]);
});
