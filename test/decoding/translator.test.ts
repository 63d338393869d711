/** Source of truth: models that copy their source, so that every translation is known. */
import { describe, expect, test } from "vitest";
import { TranslationError, UsageError } from "../../src/base/errors.ts";
import { bestText, type SourceLine, type TranslationWarning } from "../../src/decoding/translation.ts";
import { Translator } from "../../src/decoding/translator.ts";
import { randomToy, ToyModel } from "./toy-model.ts";
import { copyParts, ToyWordpieces } from "./toy-wordpieces.ts";
import { translateAll } from "./translate-all.ts";

const lines = ["a b", "", "abc c ab a", "c", "  \t ", "ab", "b b b b b b", "a"];

test("translations come in the order and count of the lines; blank lines stay blank", async () => {
  for (const batchSize of [1, 2, 64]) {
    const translator = new Translator(copyParts(), { batchSize });
    const translations = await translateAll(translator, lines);
    expect(translations.map(bestText)).toEqual(lines.map((line) => line.trim()));
    expect(translations.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(translator.counts).toMatchObject({ lines: 8, blank: 2, tooLong: 0, cut: 0 });
  }
});

test("scores and n-best lists are the same bits whatever the batches", async () => {
  const run = (batchSize: number, batchTokens: number) =>
    translateAll(new Translator(copyParts(), { batchSize, batchTokens, nBest: 3, coveragePenalty: 0.2 }), lines);
  expect(await run(64, 6000)).toEqual(await run(1, 6000));
  expect(await run(64, 9)).toEqual(await run(1, 6000));
});

test("batches hold lines of similar length, longest first, within both budgets", async () => {
  const parts = copyParts();
  await translateAll(new Translator(parts, { batchSize: 3, batchTokens: 25, beamSize: 1 }), lines);
  // Sources have 5, 12, 3, 4, 13 and 3 pieces with </s>: 13 + 12, then 5 + 4 + 3, then 3.
  const starts = parts.model.trace.prefixes.filter((rows) => rows[0]!.endsWith("|")).map((rows) => rows.length);
  expect(starts).toEqual([2, 3, 1]);
});

test("n-best lists have no two hypotheses of the same text", async () => {
  // "▁ab" and "▁", "a", "b" spell the same.
  const wordpieces = new ToyWordpieces(["ab"]);
  const [whole, space, a, b] = ["▁ab", "▁", "a", "b"].map((piece) => wordpieces.idOf(piece));
  const model = new ToyModel({
    vocabularySize: wordpieces.pieces.length,
    bosId: wordpieces.bosId,
    eosId: wordpieces.eosId,
    logits: (_, prefix) => {
      const wanted =
        prefix.length === 0 ? [whole, space] : prefix[0] === whole ? [3] : [[a], [b], [3]][prefix.length - 1];
      return wordpieces.pieces.map((_, id) => (wanted?.includes(id) ? 8 : 0));
    },
  });
  const languages = { sources: [], targets: [], targetTags: false };
  const translator = new Translator({ model, wordpieces, languages }, { nBest: 2, beamSize: 4 });
  const [translation] = await translateAll(translator, ["c"]);
  const texts = translation!.hypotheses.map(({ text }) => text);
  expect(texts[0]).toBe("ab");
  expect(new Set(texts).size).toBe(2);
});

test("a line may want fewer translations than the translator gives", async () => {
  const lines = [
    ...[{ text: "a b c" }, { text: "c", nBest: 2 }, { text: "a", nBest: 9 }],
    ...["b c", "a c", "b", "c c", "a a a"].map((text) => ({ text, nBest: 1 })),
  ];
  const translate = async (some: readonly (string | SourceLine)[]) => {
    const parts = copyParts();
    const model = new ToyModel({ ...randomToy(5, parts.wordpieces.pieces.length), bosId: 2, eosId: 3 });
    const translations = await translateAll(
      new Translator({ ...parts, model }, { nBest: 4, lengthPenalty: 0 }, () => {}),
      some,
    );
    const rows = model.trace.stepRows.reduce((sum, each) => sum + each);
    return { found: translations.map(({ hypotheses }) => hypotheses), rows };
  };
  const some = await translate(lines);
  const all = await translate(lines.map(({ text }) => text));
  expect(some.found.map(({ length }) => length)).toEqual([4, 2, 4, 1, 1, 1, 1, 1]);
  expect(some.found).toEqual(all.found.map((hypotheses, i) => hypotheses.slice(0, lines[i]!.nBest ?? 4)));
  expect(some.rows).toBeLessThan(all.rows);
});

describe("length limits", () => {
  test("max_length is 2 × source pieces + 10 unless given; a cut translation is reported", async () => {
    const endless = async (options: object) => {
      const parts = copyParts();
      const { pieces } = parts.wordpieces;
      const model = new ToyModel({
        vocabularySize: pieces.length,
        bosId: 2,
        eosId: 3,
        logits: () => pieces.map((piece) => (piece === "a" ? 9 : 0)),
      });
      const warnings: TranslationWarning[] = [];
      const translator = new Translator({ ...parts, model }, options, (warning) => warnings.push(warning));
      const [translation] = await translateAll(translator, ["a b"]);
      expect(warnings).toEqual([{ kind: "cut", line: 1, pieces: translation!.hypotheses[0]!.pieces.length }]);
      expect(translator.counts.cut).toBe(1);
      return translation!.hypotheses[0]!.pieces.length;
    };
    expect(await endless({ beamSize: 1 })).toBe(2 * 4 + 10);
    expect(await endless({ beamSize: 1, maxLength: 7 })).toBe(7);
    expect(await endless({ beamSize: 1, maxLengthRatio: 0.5 })).toBe(12);
  });

  test("min_length is respected even beyond the default maximum", async () => {
    const [translation] = await translateAll(new Translator(copyParts(), { minLength: 30 }), ["a"]);
    expect(translation!.hypotheses[0]!.pieces.length).toBeGreaterThanOrEqual(30);
  });

  test("a long line is translated in full, one beyond the limit is left blank, counted and reported", async () => {
    const warnings: TranslationWarning[] = [];
    const translator = new Translator(copyParts(), { beamSize: 1, maxSourceLength: 400 }, (warning) =>
      warnings.push(warning),
    );
    const long = Array(200).fill("a").join(" ");
    const translations = await translateAll(translator, ["a", long, `${long} b`, "b"]);
    expect(translations.map(bestText)).toEqual(["a", long, "", "b"]);
    expect(warnings).toEqual([{ kind: "source-too-long", line: 3, pieces: 402, limit: 400 }]);
    expect(translator.counts).toMatchObject({ lines: 4, tooLong: 1, blank: 0 });
  });
});

describe("languages", () => {
  const multilingual = () => copyParts([], ["de", "fr"]);

  test("the target language's tag leads the source and is not in the translation", async () => {
    const [translation] = await translateAll(new Translator(multilingual(), { targetLanguage: "fr" }), ["a b"]);
    expect(translation!.sourcePieces).toEqual(["<2fr>", "▁", "a", "▁", "b", "</s>"]);
    expect(bestText(translation!)).toBe("a b");
  });

  test("an unknown language is refused with those the model has", () => {
    const make = () => new Translator(multilingual(), { targetLanguage: "xx" });
    expect(make).toThrow(TranslationError);
    expect(make).toThrow(expect.objectContaining({ nextStep: "Its target languages are: de, fr." }));
    const source = () =>
      new Translator(
        { ...copyParts(), languages: { sources: ["en"], targets: ["de"], targetTags: false } },
        { sourceLanguage: "de" },
      );
    expect(source).toThrow(/source language "de"/);
  });

  test("a choice is needed where there are several, and not where there is one", async () => {
    expect(() => new Translator(multilingual())).toThrow(/none was chosen/);
    expect(bestText((await translateAll(new Translator(copyParts([], ["de"])), ["a"]))[0]!)).toBe("a");
  });

  test("a wordpiece model without the tag is refused", () => {
    const languages = { sources: [], targets: ["nl"], targetTags: true };
    expect(() => new Translator({ ...copyParts(), languages })).toThrow(/no piece <2nl>/);
  });
});

describe("streams", () => {
  async function* stream(): AsyncGenerator<string> {
    yield* lines;
  }

  test.each([1, 3, 2000])("windows of %i lines give the translations of the whole, in order", async (size) => {
    const translator = new Translator(copyParts());
    const found: string[] = [];
    for await (const translation of translator.translate(stream(), { window: { lines: size } })) {
      expect(translation.line).toBe(found.length + 1);
      found.push(bestText(translation));
    }
    expect(found).toEqual(lines.map((line) => line.trim()));
  });

  test("no more than two windows are read ahead", async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<string> {
      for (;;) {
        read++;
        yield "a";
      }
    }
    let emitted = 0;
    for await (const _ of new Translator(copyParts(), { beamSize: 1 }).translate(endless(), { window: { lines: 4 } })) {
      emitted++;
      expect(read - emitted).toBeLessThanOrEqual(9);
      if (emitted === 20) break;
    }
  });
});

test("a translation is one line, whatever bytes the model says", async () => {
  const parts = copyParts(["a\nb\r\nc\u2028"]);
  const id = parts.wordpieces.pieces.length - 1;
  parts.wordpieces.encode = () => Int32Array.of(id);
  expect(bestText((await translateAll(new Translator(parts), ["x"]))[0]!)).toBe("a b c ");
});

test("sampled translations depend on the seed and the line, not on the batches", async () => {
  const flat = () => {
    const parts = copyParts();
    const { pieces } = parts.wordpieces;
    return {
      ...parts,
      model: new ToyModel({ vocabularySize: pieces.length, bosId: 2, eosId: 3, logits: () => pieces.map(() => 0) }),
    };
  };
  const run = async (batchSize: number, seed: number) => {
    const options = { batchSize, sampling: { topK: 0, topP: 1, temperature: 1, seed } };
    return (await translateAll(new Translator(flat(), options, () => {}), lines)).map(bestText);
  };
  expect(await run(1, 5)).toEqual(await run(64, 5));
  expect(await run(1, 5)).not.toEqual(await run(1, 6));
});

test.each([
  [{ beamSize: 0 }, "beam_size"],
  [{ beamSize: 2.5 }, "beam_size"],
  [{ nBest: 6 }, "n_best"],
  [{ lengthPenalty: Number.NaN }, "length_penalty"],
  [{ coveragePenalty: -1 }, "coverage_penalty"],
  [{ minLength: 9, maxLength: 8 }, "min_length"],
  [{ maxLength: 0 }, "max_length"],
  [{ batchSize: 0 }, "batch_size"],
  [{ beamSize: 5, diverseBeamGroups: 2 }, "diverse_beam_groups"],
  [{ diverseBeamStrength: -1 }, "diverse_beam_strength"],
  [{ repetitionPenalty: 0 }, "repetition_penalty"],
  [{ blockNgramRepeat: 1.5 }, "block_ngram_repeat"],
  [{ maxRepeats: -1 }, "max_repeats"],
  [{ nBest: 9000, returnAlternatives: true }, "n_best"],
  [{ sampling: { topK: 0, topP: 1, temperature: 1, seed: 1, minP: 2 } }, "sampling_minp"],
  [{ sampling: { topK: 0, topP: 1, temperature: 1, seed: 1, epsilon: 1 } }, "sampling_epsilon"],
  [{ sampling: { topK: 0, topP: 1, temperature: 1, seed: 1, typicalP: 0 } }, "sampling_typicalp"],
  [{ beamSize: 4, sampling: { topK: 0, topP: 1, temperature: 1, seed: 1 } }, "beam_size"],
  [{ sampling: { topK: 0, topP: 1, temperature: 0, seed: 1 } }, "sampling_temperature"],
])("options out of range are refused by name: %j", (options, name) => {
  const make = () => new Translator(copyParts(), options);
  expect(make).toThrow(UsageError);
  expect(make).toThrow(expect.objectContaining({ where: name }));
});
