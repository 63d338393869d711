/** Sources of truth: the textbook algorithm, run on what the model's own pieces make of a text, and SentencePiece reading the result. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { WordpieceExtension, type WordpieceExtensionOptions } from "../../src/text/wordpiece-extension.ts";
import { WordpieceModel } from "../../src/text/wordpiece-model.ts";
import { trainWordpieces } from "../../src/text/wordpiece-trainer.ts";
import { byRank, modelProto } from "./model-specs.ts";
import { sentences } from "./sample-text.ts";
import { sentencePiece } from "./sentence-piece.ts";
import { textbookMerges } from "./textbook-merges.ts";

const base = trainWordpieces(sentences(300, 7), { vocabSize: 800, controlSymbols: ["<2de>"] });
const text = sentences(300, 8);

function extend(model: WordpieceModel, options: WordpieceExtensionOptions, lines: readonly string[]): WordpieceModel {
  const extension = new WordpieceExtension(model, options);
  for (const line of lines) extension.add(line);
  return extension.extend();
}

const piecesOf = (model: WordpieceModel, from = 0) =>
  Array.from({ length: model.size - from }, (_, i) => model.pieceOf(from + i));

describe("an extended model", () => {
  const options = { vocabSize: 1000, controlSymbols: ["<2de>", "<2fr>"], userDefinedSymbols: ["<b>"] };
  const extended = extend(base, { ...options, requiredCharacters: "ₓ𝄞" }, text);

  it("has the old pieces with their ids, then symbols, merges and characters", () => {
    expect(extended.size).toBe(1000);
    expect(piecesOf(extended).slice(0, base.size)).toEqual(piecesOf(base));
    expect(piecesOf(extended, base.size).slice(0, 2)).toEqual(["<2fr>", "<b>"]);
    expect(["<2fr>", "<b>"].map((piece) => extended.isControl(extended.idOf(piece)))).toEqual([true, false]);
    // Normalised, ₓ is x, which is there.
    expect(piecesOf(extended, base.size).filter((piece) => /[ₓ𝄞]/u.test(piece))).toEqual(["𝄞"]);
    expect(extended.encodePieces("a<b>c").filter((piece) => piece === "<b>")).toHaveLength(1);
  });

  it("cuts text where the old one does, or joins what that has cut", () => {
    const joined = text.filter((line) => {
      const ends = (model: WordpieceModel) => {
        let at = 0;
        const bytes = (piece: string) => (/^<0x..>$/.test(piece) ? 1 : Buffer.byteLength(piece));
        return model.encodePieces(line).map((piece) => {
          at += bytes(piece);
          return at;
        });
      };
      const [before, now] = [new Set(ends(base)), ends(extended)];
      expect(now.filter((end) => !before.has(end))).toEqual([]);
      return now.length < ends(base).length;
    });
    expect(joined.length).toBeGreaterThan(text.length / 2);
  });

  it("cuts text without new pieces as the old one", () => {
    const plain = sentences(300, 7).filter((line) => extended.encode(line).every((id) => id < base.size));
    expect(plain.length).toBeGreaterThan(50);
    for (const line of plain) expect(extended.encode(line)).toEqual(base.encode(line));
  });

  it("is read by SentencePiece, which cuts as it does", async () => {
    const reference = await sentencePiece(extended.toBytes());
    for (const line of text) expect(extended.encodePieces(line)).toEqual(reference.encodePieces(line));
  });

  it("is the same whatever the order of lines", () => {
    const shuffled = new Random(5).shuffle([...text]);
    const again = extend(base, { ...options, requiredCharacters: "ₓ𝄞" }, shuffled);
    expect(Buffer.compare(again.toBytes(), extended.toBytes())).toBe(0);
  });
});

it("learns the textbook's merges of old pieces, and characters before them", () => {
  const small = trainWordpieces(["low low lower lower newer new new"], { vocabSize: 16, byteFallback: false });
  // Counts have different sums, and no two pairs are in the same words alone: there are no ties.
  const words = ["x", "xo", "z", "on", "zon", "y", "yr", "xon", "yre", "lowz"];
  const lines = words.flatMap((word, i) => new Array<string>(2 ** i).fill(word));
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  const cut = [...counts].map(([word, count]) => ({ symbols: small.encodePieces(word), count }));
  // Characters that it does not have are pieces first.
  const unknown = new Set([...lines.join("")].filter((character) => !small.has(character)));
  const symbols = cut.map(({ symbols, count }) => ({
    symbols: symbols.flatMap((piece) => (small.has(piece) ? [piece] : [...piece])),
    count,
  }));
  expect(unknown.size).toBeGreaterThan(2);
  const learned = piecesOf(extend(small, { vocabSize: small.size + unknown.size + 6 }, lines), small.size);
  const expected = textbookMerges(symbols, 6);
  expect(expected).toHaveLength(6);
  expect(learned.slice(0, 6)).toEqual(expected);
  expect(new Set(learned.slice(6))).toEqual(unknown);
});

it("stays as it was where there is nothing new", () => {
  expect(extend(base, { controlSymbols: ["<2de>"], requiredCharacters: "ea " }, [])).toBe(base);
});

it("refuses a size that the pieces do not fit into, and says which does", () => {
  const smaller = () => new WordpieceExtension(base, { vocabSize: 700 });
  expect(smaller).toThrow(expect.objectContaining({ nextStep: expect.stringContaining("more than the 800") }));
  const tight = () => new WordpieceExtension(base, { vocabSize: 801, controlSymbols: ["<2fr>", "<2es>"] });
  expect(tight).toThrow(expect.objectContaining({ nextStep: "Use a vocab_size of at least 802, or leave it out." }));
});

it("learns nothing for a unigram model, whose symbols can be added to all the same", () => {
  const proto = modelProto({ normal: byRank(["▁", "a", "b", "ab"]), trainer: { modelType: 1 } });
  const unigram = WordpieceModel.fromProto(proto);
  expect(() => new WordpieceExtension(unigram, { vocabSize: 20 })).toThrow("only the pieces of a BPE model");
  const added = extend(unigram, { requiredCharacters: "c", userDefinedSymbols: ["<b>"] }, []);
  expect(added.encodePieces("abc<b>")).toEqual(["▁", "ab", "c", "<b>"]);
});

it("encodes what is normalised already, without a space in front", () => {
  expect([...base.encodeNormalized(base.normalize(text[0]!))]).toEqual([...base.encode(text[0]!)]);
  const piece = piecesOf(base).find((each) => /^[a-z]{3}$/.test(each))!;
  expect([...base.encodeNormalized(piece)]).toEqual([base.idOf(piece)]);
});
