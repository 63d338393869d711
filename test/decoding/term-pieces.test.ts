/** Source of truth: the vocabulary's own pieces of whole texts. */
import { expect, test } from "vitest";
import { termPieces } from "../../src/decoding/term-pieces.ts";
import { trainWordpieces } from "../../src/text/wordpiece-trainer.ts";

const lines = ["东京 在 日本", "在东京、日本", "Hund, Hunde", "(Hund) - 日本,东京"];
const wordpieces = trainWordpieces([...lines, ...lines], { vocabSize: 60, byteFallback: false });
const spelled = (wording: string) =>
  termPieces(wordpieces, wording).map((pieces) => Array.from(pieces, (id) => wordpieces.pieceOf(id)).join(""));

test("a word has a space before it; where its script puts none between words it stands behind others too", () => {
  expect(spelled("Hund")).toEqual(["▁Hund"]);
  expect(spelled("东京")).toEqual(["▁东京", "东京"]);
  expect(spelled(" 日本 ")).toEqual(["▁日本", "日本"]);
});

test("what the vocabulary cannot spell has none", () => {
  expect(spelled("Xenia")).toEqual([]);
  expect(spelled("東京")).toEqual([]);
});
