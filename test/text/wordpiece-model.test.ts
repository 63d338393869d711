/** Source of truth: SentencePiece (npm sentencepiece-js) on the same model bytes: ids, pieces and decoded text must be equal. */
import { describe, expect, it } from "vitest";
import { WordpieceError } from "../../src/base/errors.ts";
import { Random } from "../../src/base/random.ts";
import { ModelType, PieceType } from "../../src/text/sentencepiece/model-proto.ts";
import { WordpieceModel } from "../../src/text/wordpiece-model.ts";
import { trainWordpieces } from "../../src/text/wordpiece-trainer.ts";
import { decodingDisagreements, disagreements } from "./disagreements.ts";
import { byRank, frequentSubstrings, type ModelParts, modelProto } from "./model-specs.ts";
import { NASTY, noise, sentences } from "./sample-text.ts";
import { sentencePiece } from "./sentence-piece.ts";

const training = sentences(2000, 1);
const unseen = sentences(700, 2);
const characters = [...new Set([...NASTY.join(""), ...training.join("")])];

function noises(count: number, seed: number): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => noise(random, characters));
}

describe("a model trained here", () => {
  const models = {
    "with byte fallback": trainWordpieces(training, { vocabSize: 1500, userDefinedSymbols: ["<2de>", "<2en>"] }),
    "without byte fallback": trainWordpieces(training, {
      vocabSize: 1500,
      characterCoverage: 0.99,
      byteFallback: false,
    }),
    "without normalisation": trainWordpieces(training, {
      vocabSize: 1500,
      characterCoverage: 0.999,
      normalization: "identity",
    }),
    "with user-defined symbols that overlap words and each other": trainWordpieces(training, {
      vocabSize: 1500,
      userDefinedSymbols: ["<2de>", "<2d", "e", "en", "a▁b", "日本", "😀", "▁x"],
    }),
  };

  it.each(Object.entries(models))("%s encodes and decodes like SentencePiece", async (_, model) => {
    const reference = await sentencePiece(model.toBytes());
    expect(disagreements(model, reference, NASTY)).toEqual([]);
    expect(disagreements(model, reference, unseen)).toEqual([]);
    expect(disagreements(model, reference, noises(700, 3))).toEqual([]);
  });

  it.each(Object.entries(models))("%s decodes any ids like SentencePiece", async (_, model) => {
    const reference = await sentencePiece(model.toBytes());
    const random = new Random(4);
    const sequences = Array.from({ length: 1000 }, () => {
      // Mostly special pieces and bytes, where the rules are.
      return Array.from({ length: random.integer(12) }, () => random.integer(random.integer(3) > 0 ? 262 : model.size));
    });
    expect(decodingDisagreements(model, reference, sequences)).toEqual([]);
  });

  it("takes a lone surrogate for U+FFFD, which normalisation makes a space", () => {
    const model = models["with byte fallback"];
    for (const text of ["a\ud800b", "\udc00", "\ud83d", "a\udc00\ud800", "\ud83d\ud83d\ude00"]) {
      expect(model.encode(text)).toEqual(model.encode(Buffer.from(text, "utf8").toString("utf8")));
    }
    expect(model.encode("a\ud800b")).toEqual(model.encode("a b"));
    expect(models["without normalisation"].encode("a\ud800b")).toEqual(
      models["without normalisation"].encode("a\ufffdb"),
    );
  });

  it("gives the same for a text again, whatever came between", () => {
    const model = models["with byte fallback"];
    const before = unseen.map((text) => [...model.encode(text)]);
    for (const text of noises(2000, 5)) model.encode(text);
    expect(unseen.map((text) => [...model.encode(text)])).toEqual(before);
  });
});

describe("models of other kinds", () => {
  const strings = frequentSubstrings(
    training.slice(0, 400).map((text) => `▁${text.replaceAll(" ", "▁")}`),
    5,
    600,
  );
  const plain = strings.filter((text) => !text.slice(1).includes("▁"));
  const suffixed = frequentSubstrings(
    training.slice(0, 400).map((text) => `${text.replaceAll(" ", "▁")}▁`),
    4,
    500,
  );
  const kinds: Record<string, ModelParts> = {
    "pieces across spaces": { normal: byRank(strings) },
    "runs of spaces kept": {
      normal: byRank(["▁▁", "▁▁▁▁", "▁▁▁", ...plain]),
      normalizer: { removeExtraWhitespaces: false },
    },
    "no space in front": { normal: byRank(plain), normalizer: { addDummyPrefix: false } },
    "neither space in front nor spaces removed": {
      normal: byRank(plain),
      normalizer: { addDummyPrefix: false, removeExtraWhitespaces: false },
    },
    "space behind": { normal: byRank(suffixed), trainer: { whitespaceAsSuffix: true } },
    "spaces as they are": { normal: byRank(plain), normalizer: { escapeWhitespaces: false } },
    "pieces out of order, with equal scores": { normal: plain.map((text, i) => [text, -((i * 7) % 50)]) },
    "pieces whose characters are no pieces": {
      normal: byRank(plain.filter((text, i) => text.length > 1 || i % 2 === 0)),
    },
    "unused pieces": {
      normal: byRank(plain.filter((_, i) => i % 3 > 0)),
      unused: byRank(plain.filter((_, i) => i % 3 === 0)),
    },
    "byte fallback": { normal: byRank(plain), trainer: { byteFallback: true } },
    "a user-defined symbol with a space, which no text has": {
      normal: byRank(plain.filter((text) => text !== "en")),
      userDefined: ["e n", "en"],
    },
    unigram: { normal: unigramScores(plain), trainer: { modelType: ModelType.unigram } },
    "unigram across spaces with bytes and user-defined symbols": {
      normal: unigramScores(strings.filter((text) => text !== "en")),
      userDefined: ["<2de>", "en", "日本"],
      trainer: { modelType: ModelType.unigram, byteFallback: true },
    },
    "unigram with unused pieces": {
      normal: unigramScores(plain.filter((_, i) => i % 3 > 0)),
      unused: unigramScores(plain.filter((_, i) => i % 3 === 0)),
      trainer: { modelType: ModelType.unigram },
    },
  };
  const texts = [...NASTY, ...unseen.slice(0, 150), ...noises(250, 6)];

  it.each(Object.entries(kinds))("%s", async (_, parts) => {
    const model = WordpieceModel.fromProto(modelProto(parts));
    const reference = await sentencePiece(model.toBytes());
    expect(disagreements(model, reference, texts)).toEqual([]);
  });
});

/** Scores with many exact ties whose sums no 32-bit float rounds: the reference compares sums with another precision than later versions do. */
function unigramScores(pieces: readonly string[]): [text: string, score: number][] {
  return pieces.map((text, i) => [text, -2 - ((i * 37) % 400) / 32]);
}

describe("ids and pieces", () => {
  const model = trainWordpieces(training, { vocabSize: 1200, userDefinedSymbols: ["<2de>", "<2fr>"] });

  it("finds pieces and ids", () => {
    expect([model.padId, model.unkId, model.bosId, model.eosId]).toEqual([0, 1, 2, 3]);
    expect(model.idOf("<2fr>")).toBe(5);
    expect(model.pieceOf(5)).toBe("<2fr>");
    expect(model.userDefinedSymbols).toEqual(["<2de>", "<2fr>"]);
    expect(model.has("<2xx>")).toBe(false);
    expect(model.idOf("<2xx>")).toBe(model.unkId);
    for (let id = 0; id < model.size; id++) expect(model.idOf(model.pieceOf(id))).toBe(id);
  });

  it("tells control pieces and byte pieces from text", () => {
    const special = ["<pad>", "<s>", "</s>"].map((piece) => model.idOf(piece));
    for (let id = 0; id < model.size; id++) expect(model.isControl(id), model.pieceOf(id)).toBe(special.includes(id));
    expect(Array.from(model.byteIds!, (id) => model.pieceOf(id))).toEqual(
      Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
    );
    expect(() => model.isControl(model.size)).toThrow(WordpieceError);
    expect(WordpieceModel.fromProto(modelProto({ normal: byRank(["▁", "a"]) })).byteIds).toBeUndefined();
  });

  it("names an id that is not in the vocabulary", () => {
    expect(() => model.pieceOf(model.size)).toThrow(WordpieceError);
    expect(() => model.decode([5, -1])).toThrow("there is no wordpiece -1 in a vocabulary of 1200");
  });

  it("has no ids for special pieces that a model lacks", () => {
    const { padId, bosId } = WordpieceModel.fromProto(modelProto({ normal: byRank(["▁", "a"]) }));
    expect([padId, bosId]).toEqual([-1, 1]);
  });

  it("knows its types by name", () => {
    expect(Object.values(PieceType)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
