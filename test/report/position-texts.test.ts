/** Source of truth: words and neighbours marked by hand in sentences of SentencePiece's own notation. */
import { expect, it } from "vitest";
import { positionTexts } from "../../src/report/position-texts.ts";

function texts(...pieces: string[]) {
  const spelling = {
    pieceOf: (id: number) => pieces[id]!,
    decode: (ids: ArrayLike<number>) =>
      Array.from(ids, (id) => (pieces[id] === "<0xC3>" ? "Ã" : pieces[id]!.replaceAll("▁", " "))).join(""),
  };
  return positionTexts(
    Int32Array.from(pieces, (_, i) => i),
    spelling,
  );
}

it("a piece stands for its whole word, with two words on each side", () => {
  const all = texts("<2de>", "▁the", "▁resear", "chers", ",", "▁who", "▁came", "</s>");
  expect(all.map(({ word }) => word)).toEqual([
    "<2de>",
    "the",
    "researchers",
    "researchers",
    ",",
    "who",
    "came",
    "</s>",
  ]);
  expect(all[3]).toEqual({ word: "researchers", piece: "chers", before: ["<2de>", "the"], after: [",", "who"] });
  expect(all[0]).toMatchObject({ before: [], after: ["the", "researchers"] });
  expect(all[7]).toMatchObject({ before: ["who", "came"], after: [] });
});

it("marks, bytes and scripts without spaces", () => {
  const words = (...pieces: string[]) => texts(...pieces).map(({ word }) => word);
  expect(words("▁(", "a", "b", ")", "!", "?")).toEqual(["(", "ab", "ab", ")!?", ")!?", ")!?"]);
  expect(words("▁", "x", "▁y")).toEqual(["x", "x", "y"]);
  expect(words("▁a", "<0xC3>", "</s>")).toEqual(["aÃ", "aÃ", "</s>"]);
  expect(words("▁我", "们", "是", "</s>")).toEqual(["我", "们", "是", "</s>"]);
  expect(words()).toEqual([]);
});
