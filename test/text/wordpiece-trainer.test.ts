/** Sources of truth: byte-pair encoding as Sennrich et al. (2016) write it down, run naively, and SentencePiece's layout of ids. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { WordpieceError } from "../../src/base/errors.ts";
import { setLogSink } from "../../src/base/logger.ts";
import { Random } from "../../src/base/random.ts";
import { readModelProto } from "../../src/text/sentencepiece/model-proto.ts";
import type { WordpieceModel } from "../../src/text/wordpiece-model.ts";
import { trainWordpieces, type WordpieceTrainingOptions } from "../../src/text/wordpiece-trainer.ts";
import { sentences } from "./sample-text.ts";
import { textbookMerges } from "./textbook-merges.ts";

const text = sentences(600, 7);
const printed: string[] = [];
const sink = setLogSink((line) => printed.push(line));
afterEach(() => {
  printed.length = 0;
});
afterAll(() => setLogSink(sink));

function pieces(model: WordpieceModel): string[] {
  return Array.from({ length: model.size }, (_, id) => model.pieceOf(id));
}

describe("merges", () => {
  it("are those of the textbook algorithm", () => {
    const words = ["▁low", "▁lower", "▁lowest", "▁new", "▁newer", "▁wide", "▁wider", "▁slow", "▁newest", "▁oldest"];
    const random = new Random(3);
    const lines = words.flatMap((word, i) =>
      new Array<string>(1 + ((i * 13) % 29) + random.integer(50)).fill(word.slice(1)),
    );
    const learned = pieces(trainWordpieces(lines, { vocabSize: 45, byteFallback: false }));
    const counts = new Map<string, number>();
    for (const line of lines) counts.set(`▁${line}`, (counts.get(`▁${line}`) ?? 0) + 1);
    const alphabet = new Set([...counts.keys()].join(""));
    const expected = textbookMerges(
      [...counts].map(([word, count]) => ({ symbols: [...word], count })),
      45 - 4 - alphabet.size,
    );
    expect(learned.slice(4, 4 + expected.length)).toEqual(expected);
  });

  it("stay inside writing systems, words and the longest length", () => {
    const model = trainWordpieces([...text, ...new Array<string>(50).fill("C4 plan(4): x=1,000.00 Тест42日本9")], {
      vocabSize: 1400,
      maxPieceLength: 5,
    });
    for (const piece of pieces(model).slice(260)) {
      const body = piece.replace(/^▁/, "");
      expect(body).not.toContain("▁");
      expect([...piece].length).toBeLessThanOrEqual(5);
      const scripts = [/\p{sc=Latn}/u, /\p{sc=Cyrl}/u, /[\p{sc=Hani}\p{sc=Hira}\p{sc=Kana}]/u, /[\d.,()=:]/];
      expect(scripts.filter((script) => script.test(body)).length).toBeLessThanOrEqual(1);
    }
  });

  it("do not depend on the order of lines", () => {
    const shuffled = new Random(5).shuffle([...text]);
    const ordered = trainWordpieces(text, { vocabSize: 900 });
    expect(Buffer.compare(trainWordpieces(shuffled, { vocabSize: 900 }).toBytes(), ordered.toBytes())).toBe(0);
  });

  it("do not depend on how long lines are", () => {
    const words = text
      .map((line) => line.replaceAll(/\s+/g, " "))
      .join(" ")
      .split(" ");
    const oneLine = trainWordpieces([words.join(" ")], { vocabSize: 900 });
    expect(Buffer.compare(trainWordpieces(words, { vocabSize: 900 }).toBytes(), oneLine.toBytes())).toBe(0);
  });

  it("never make a reserved piece again", () => {
    const lines = new Array<string>(100).fill("</s> <s> 2de2de <2de> ＜s＞ <0x41>");
    const all = pieces(trainWordpieces(lines, { vocabSize: 290, userDefinedSymbols: ["2de", "<2de>"] }));
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((piece) => piece.includes("2de"))).toEqual(["2de", "<2de>"]);
  });
});

describe("layout", () => {
  it("is special pieces, user-defined symbols, bytes, merges by rank, characters by frequency", () => {
    const model = trainWordpieces(["bbbbb aaab ab ab c"], { vocabSize: 269, userDefinedSymbols: ["<2de>"] });
    const all = pieces(model);
    expect(all.slice(0, 5)).toEqual(["<pad>", "<unk>", "<s>", "</s>", "<2de>"]);
    expect([all[5], all[260]]).toEqual(["<0x00>", "<0xFF>"]);
    expect(all.slice(265)).toEqual(["b", "a", "▁", "c"]);
    expect(all.slice(261, 265).every((piece) => [...piece].length > 1)).toBe(true);
    const scores = all.slice(261).map((_, i) => model.scoreOf(261 + i));
    expect(scores.map((score) => Math.abs(score))).toEqual(scores.map((_, rank) => rank));
  });

  it("has the size asked for", () => {
    expect(trainWordpieces(text, { vocabSize: 1000 }).size).toBe(1000);
    expect(printed).toEqual([]);
  });

  it("covers all characters, or the share asked for", () => {
    const all = [
      ...text
        .map((line) => `▁${line}`)
        .join("")
        .replaceAll(" ", "▁"),
    ];
    const missingFrom = (model: WordpieceModel) => all.filter((character) => !model.has(character));
    expect(missingFrom(trainWordpieces(text, { vocabSize: 1000, normalization: "identity" }))).toEqual([]);
    const partly = trainWordpieces(text, { vocabSize: 1000, characterCoverage: 0.95, normalization: "identity" });
    const uncovered = missingFrom(partly).length / all.length;
    expect(uncovered).toBeGreaterThan(0.045);
    expect(uncovered).toBeLessThanOrEqual(0.05);
  });

  it("holds required characters, rare ones and some the text has none of, each once", () => {
    const options = { vocabSize: 1000, characterCoverage: 0.95, normalization: "identity" } as const;
    const rare = [...new Set(text.join(""))].filter((character) => !trainWordpieces(text, options).has(character));
    const requiredCharacters = `${rare[0]}e☃☃`;
    const model = trainWordpieces(text, { ...options, requiredCharacters });
    for (const character of requiredCharacters) expect(model.has(character)).toBe(true);
    expect(rare.slice(1).filter((character) => model.has(character))).toEqual([]);
    expect(
      Array.from({ length: model.size }, (_, id) => model.pieceOf(id)).filter((piece) => piece === "☃"),
    ).toHaveLength(1);
  });
});

describe("symbols", () => {
  it("may hold ▁ in place of a space", () => {
    const model = trainWordpieces(text, { vocabSize: 1000, userDefinedSymbols: ["New▁York"] });
    expect(model.encodePieces("to New York!").filter((piece) => piece.includes("York"))).toEqual(["New▁York"]);
    expect(model.decode(model.encode("to New York!"))).toBe("to New York!");
  });

  it("of control come before user-defined ones, and their names are in the model file", () => {
    const symbols = { controlSymbols: ["<2de>", "<2fr>"], userDefinedSymbols: ["<b>"] };
    const model = trainWordpieces(text, { vocabSize: 1000, ...symbols });
    expect(pieces(model).slice(3, 7)).toEqual(["</s>", "<2de>", "<2fr>", "<b>"]);
    expect(readModelProto(model.toBytes()).trainer).toMatchObject(symbols);
    expect(model.encode("<2de> <b>")).not.toContain(4);
    expect(model.encode("<2de> <b>")).toContain(6);
  });

  it("that are required are characters as texts have them: spaces skipped, the rest normalised", () => {
    const model = trainWordpieces(text, { vocabSize: 1000, requiredCharacters: "☃ ½ ＠" });
    for (const character of "☃⁄@") expect(model.has(character), character).toBe(true);
    for (const character of " ½＠") expect(model.has(character), character).toBe(false);
  });
});

describe("options", () => {
  const reject = (lines: string[], options: WordpieceTrainingOptions) => {
    try {
      trainWordpieces(lines, options);
    } catch (error) {
      expect(error).toBeInstanceOf(WordpieceError);
      return error as WordpieceError;
    }
    throw new Error("nothing was thrown");
  };

  it("name the smallest vocabulary for an alphabet", () => {
    const alphabet = new Set(`▁${text.join("")}`.normalize("NFKC").replaceAll(" ", "")).size;
    const error = reject(text, { vocabSize: 300 });
    expect(error.message).toContain(`need ${260 + alphabet} already`);
    expect(error.nextStep).toContain("character_coverage");
    expect(trainWordpieces(text, { vocabSize: 260 + alphabet }).size).toBe(260 + alphabet);
  });

  it("are checked", () => {
    reject(text, { vocabSize: 0 });
    reject(text, { vocabSize: 1000.5 });
    reject(text, { vocabSize: 1000, characterCoverage: 0 });
    reject(text, { vocabSize: 1000, maxPieceLength: 0 });
    reject(text, { vocabSize: 1000, userDefinedSymbols: ["<a>", "<a>"] });
    reject(text, { vocabSize: 1000, userDefinedSymbols: ["<unk>"] });
    reject(text, { vocabSize: 1000, userDefinedSymbols: ["<0x41>"] });
    reject(text, { vocabSize: 1000, userDefinedSymbols: ["<2de>"], controlSymbols: ["<2de>"] });
    const spaced = reject(text, { vocabSize: 1000, userDefinedSymbols: ["@num@ @unit@"] });
    expect(spaced.message).toBe('the symbol "@num@ @unit@" holds a space, which wordpieces have no character for');
    expect(spaced.nextStep).toContain("▁");
    reject(text, { vocabSize: 1000, controlSymbols: ["<2de> <2fr>"] });
    reject(["", "  "], { vocabSize: 1000 });
  });

  it("warn of a huge vocabulary and of one that the text cannot fill", () => {
    const model = trainWordpieces(["ab ab"], { vocabSize: 70_000 });
    expect(model.size).toBe(260 + 3 + 2);
    expect(printed.map((line) => line.slice(0, 40))).toEqual([
      "warning: a vocabulary of 70000 wordpiece",
      "warning: the text has only 265 wordpiece",
    ]);
  });

  it("sample lines by the seed", () => {
    const sampled = (seed: number) => pieces(trainWordpieces(text, { vocabSize: 700, maxSentences: 200, seed }));
    expect(sampled(1)).toEqual(sampled(1));
    expect(sampled(1)).not.toEqual(sampled(2));
    expect(pieces(trainWordpieces(text, { vocabSize: 700, maxSentences: 600 }))).toEqual(
      pieces(trainWordpieces(text, { vocabSize: 700 })),
    );
  });
});
