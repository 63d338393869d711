/** Source of truth: the pieces themselves, which stand where their characters do; characters of other forms are traced by hand. */
import { expect, test } from "vitest";
import { pieceSpans } from "../../src/inspection/piece-spans.ts";
import { trainWordpieces } from "../../src/text/wordpiece-trainer.ts";

const lines = ["a dog runs fast", "the dogs ran", "fine days office ffi", "two people sing, a dog."];
const wordpieces = trainWordpieces([...lines, ...lines], { vocabSize: 330 });
const cut = (text: string) => pieceSpans(text, wordpieces).map(({ start, end }) => text.slice(start, end));
const spelled = (text: string) => wordpieces.encodePieces(text);

test.each(["a dog runs", "  the  dog,\tran ", "dogs."])("pieces of %j are where they are written", (text) => {
  const pieces = spelled(text);
  const found = cut(text);
  expect(found).toHaveLength(wordpieces.encode(text).length);
  pieces.forEach((piece, i) => {
    const own = piece.replaceAll("▁", "");
    if (own !== "") expect(found[i]).toBe(own);
  });
  const starts = pieceSpans(text, wordpieces).map(({ start }) => start);
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
});

test("a word that normalisation changes is the place of each of its pieces", () => {
  const text = "a ﬁne dog";
  const [first, ...rest] = cut(text);
  expect(first).toBe("a");
  expect(rest.filter((each) => each === "ﬁne").length).toBeGreaterThan(0);
  expect(new Set(rest.map((each) => (text.indexOf(each) < 5 ? "ﬁne" : "dog")))).toEqual(new Set(["ﬁne", "dog"]));
  expect(rest.at(-1)).toMatch(/^(dog|og|g)$/);
});

test("bytes of a character have its place", () => {
  const text = "a 😀漢 dog";
  const pieces = spelled(text);
  expect(pieces.filter((piece) => piece.startsWith("<0x"))).toHaveLength(7);
  const found = cut(text);
  expect(pieces.flatMap((piece, i) => (piece.startsWith("<0x") ? [found[i]] : []))).toEqual([
    ..."😀 😀 😀 😀 漢 漢 漢".split(" "),
  ]);
  expect(found.at(-1)).toMatch(/^(dog|og|g)$/);
});

test("a text without a piece has no places", () => {
  expect(pieceSpans(" ", wordpieces)).toEqual([]);
});
