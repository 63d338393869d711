/** Source of truth: a copying model, whose translations without rules are known, and exhaustive search. */
import { describe, expect, test } from "vitest";
import { TranslationError, UsageError } from "../../src/base/errors.ts";
import { beamSearch } from "../../src/decoding/beam-search.ts";
import { bestNextPieces } from "../../src/decoding/next-pieces.ts";
import { BannedPieces } from "../../src/decoding/processors/banned.ts";
import { processedModel } from "../../src/decoding/processors/processor.ts";
import { NgramBlock, RepetitionPenalty } from "../../src/decoding/processors/repetition.ts";
import { sampleSearch } from "../../src/decoding/sampling.ts";
import { greedySearch } from "../../src/decoding/search.ts";
import type { TranslateOptions } from "../../src/decoding/translate-options.ts";
import { bestText, type SourceLine, type TranslationWarning } from "../../src/decoding/translation.ts";
import { Translator } from "../../src/decoding/translator.ts";
import { exhaustiveSearch, logSoftmax, randomToy, searchOptions, ToyModel, toySources } from "./toy-model.ts";
import { copyParts } from "./toy-wordpieces.ts";
import { translateAll } from "./translate-all.ts";

async function translate(line: string | SourceLine, options: TranslateOptions = {}, words: string[] = []) {
  const [translation] = await translateAll(new Translator(copyParts(words), options, () => {}), [line]);
  return translation!.hypotheses.map(({ text }) => text);
}

describe("a model under rules", () => {
  test("without rules is the model itself", () => {
    const model = new ToyModel(randomToy(1));
    expect(processedModel(model, [])).toBe(model);
  });

  test.each([1, 2, 3, 4])(
    "bans and blocks: beam search is exhaustive search among what is allowed, seed %i",
    async (seed) => {
      const toy = randomToy(seed);
      const sources = toySources(3);
      const model = processedModel(new ToyModel(toy), [new NgramBlock(2), new BannedPieces([3])]);
      const options = searchOptions(3, 5, { beamSize: 2000, nBest: 30, lengthPenalty: 0.6, coveragePenalty: 0.1 });
      const found = await beamSearch(model, sources, options);
      const allowed = (prefix: readonly number[], piece: number) => {
        const pairs = [...prefix, piece].slice(1).map((next, i) => `${[...prefix, piece][i]} ${next}`);
        return piece !== 3 && pairs.indexOf(pairs.at(-1)!) === Math.max(pairs.length - 1, -1);
      };
      for (const [s, source] of sources.entries()) {
        const expected = exhaustiveSearch(toy, source, 5, { alpha: 0.6, beta: 0.1, allowed }).slice(0, 30);
        expect(found[s]!.map(({ pieces }) => [...pieces])).toEqual(expected.map(({ pieces }) => pieces));
        found[s]!.forEach(({ score }, i) => {
          expect(score).toBeCloseTo(expected[i]!.score, 5);
        });
      }
    },
  );

  test("rules follow hypotheses when beams are reordered, and all searches obey them", async () => {
    const toy = randomToy(6);
    const sources = toySources(10);
    const model = () => processedModel(new ToyModel(toy), [new NgramBlock(1)]);
    const options = searchOptions(10, 8, { beamSize: 3, nBest: 3 });
    const sampling = { topK: 0, topP: 1, temperature: 1, seed: 1 };
    const found = [
      ...(await beamSearch(model(), sources, options)).flat(),
      ...(await greedySearch(model(), sources, options)),
      ...(await sampleSearch(model(), sources, options, sampling, [...sources.keys()])),
    ];
    for (const { pieces } of found) expect(new Set(pieces).size).toBe(pieces.length);
    expect(found.some(({ pieces }) => pieces.length > 2)).toBe(true);
  });

  test("a repetition penalty is in the score of what is repeated, and nowhere else", async () => {
    const toy = randomToy(8);
    const [found] = await greedySearch(
      processedModel(new ToyModel(toy), [new RepetitionPenalty(1.3)]),
      [Int32Array.of(4)],
      searchOptions(1, 6, { minLength: 5 }),
    );
    let expected = 0;
    const said = [...found!.pieces, ...(found!.complete ? [0] : [])];
    said.forEach((piece, t) => {
      const before = said.slice(0, t);
      const value = logSoftmax(toy.logits(Int32Array.of(4), before))[piece]!;
      expected += before.includes(piece) ? value * 1.3 : value;
    });
    expect(found!.logProbability).toBeCloseTo(expected, 5);
  });

  test("the state is released, and forced scores are the model's", async () => {
    const inner = new ToyModel(randomToy(2));
    const model = processedModel(inner, [new BannedPieces([1])]);
    await beamSearch(model, toySources(3), searchOptions(3, 4));
    expect(inner.trace.disposed).toBe(1);
    const target = [Int32Array.of(1)];
    expect(await model.forceScore(toySources(1), target)).toEqual(await inner.forceScore(toySources(1), target));
  });
});

describe("options of a translator", () => {
  test("repetition", async () => {
    expect(await translate("a a b")).toEqual(["a a b"]);
    expect(await translate("a a b", { blockNgramRepeat: 1 })).not.toEqual(["a a b"]);
    expect(await translate("a b a c", { blockNgramRepeat: 4 })).toEqual(["a b a c"]);
    expect(await translate("a b a b", { blockNgramRepeat: 4 })).not.toEqual(["a b a b"]);
    expect(await translate("a b a b", { blockNgramRepeat: 4, ignoreWhenBlocking: ["▁"] })).toEqual(["a b a b"]);
    expect(await translate("a a a", { maxRepeats: 3 })).toEqual(["a a a"]);
    expect(await translate("a a a", { maxRepeats: 2 })).not.toEqual(["a a a"]);
  });

  test("bans: words however they are spelled, pieces, the unknown piece", async () => {
    expect(await translate("ab c", {}, ["ab"])).toEqual(["ab c"]);
    for (const text of await translate("ab c", { banWords: ["ab"], nBest: 5 }, ["ab"])) {
      expect(` ${text} `).not.toContain(" ab ");
    }
    expect((await translate("ab c", { banPieces: ["▁ab"] }, ["ab"]))[0]).not.toContain("▁ab");
    expect(await translate("aXb")).toEqual(["a ⁇ b"]);
    expect((await translate("aXb", { banUnkToken: true }))[0]).not.toContain("⁇");
  });

  test("a piece that the vocabulary has not is refused by name", () => {
    const make = () => new Translator(copyParts(), { banPieces: ["▁nothing"] });
    expect(make).toThrow(UsageError);
    expect(make).toThrow(/no piece ▁nothing/);
  });

  test("a prefix comes first, and may end inside a word", async () => {
    expect((await translate({ text: "a b", targetPrefix: "c " }))[0]).toMatch(/^c b/);
    const words = ["abc", "abb"];
    expect((await translate({ text: "abb c", targetPrefix: "ab" }, {}, words))[0]).toBe("abb c");
    expect((await translate({ text: "abb c", targetPrefix: "abc" }, {}, words))[0]).toMatch(/^abc/);
    expect((await translate({ text: "abb c", targetPrefix: "ab", prefixIsWhole: true }, {}, words))[0]).toMatch(
      /^ab(?![abc])/,
    );
    // A blank one asks for nothing.
    expect(await translate({ text: "a b", targetPrefix: "" })).toEqual(["a b"]);
  });

  test("lines with and without prefixes share a batch", async () => {
    const lines = ["a b", { text: "a b", targetPrefix: "c" }, "b"];
    const found = await translateAll(new Translator(copyParts()), lines);
    expect(bestText(found[0]!)).toBe("a b");
    expect(bestText(found[1]!)).toMatch(/^c/);
    expect(bestText(found[2]!)).toBe("b");
  });

  test("a prefix longer than the line leaves room for the rest", async () => {
    const targetPrefix = `${"a ".repeat(30)}b`;
    const [text] = await translate({ text: "c", targetPrefix });
    expect(text!.startsWith(targetPrefix)).toBe(true);
  });
});

describe("terms", () => {
  test("one that cannot be spelled may be left out, which is told", async () => {
    const warnings: TranslationWarning[] = [];
    const options: TranslateOptions = { unspellableTerms: "leave-out" };
    const translator = new Translator(copyParts(), options, (warning) => warnings.push(warning));
    const [found] = await translateAll(translator, [{ text: "a b", terms: ["xyz", "c"] }]);
    expect(bestText(found!)).toContain("c");
    expect(warnings).toEqual([{ kind: "term-left-out", line: 1, term: "xyz" }]);
  });

  test("each is in the translation, of a greedy search too; lines without are as before", async () => {
    for (const beamSize of [1, 4]) {
      const lines = [
        "a b",
        { text: "a b", terms: ["c", "b a", " "] },
        { text: "a b", targetPrefix: "b", terms: ["ca"] },
      ];
      const [free, both, after] = await translateAll(new Translator(copyParts(), { beamSize }), lines);
      expect(bestText(free!)).toBe("a b");
      for (const term of ["c", "b a"]) expect(` ${bestText(both!)}`).toContain(` ${term}`);
      expect(bestText(after!)).toMatch(/^b.* ca/);
    }
  });

  test("what cannot be spelled, and sampling, are refused with the line", async () => {
    const line = { text: "a", terms: ["a", "xyz"] };
    await expect(translate(line)).rejects.toThrow(TranslationError);
    await expect(translate({ text: "a", terms: [["xyz", "a"]] })).resolves.toEqual([expect.stringContaining("a")]);
    await expect(translate(line)).rejects.toThrow(expect.objectContaining({ where: "line 1" }));
    const sampling = { topK: 0, topP: 1, temperature: 1, seed: 1 };
    await expect(translate({ text: "a", terms: ["a"] }, { sampling })).rejects.toThrow(UsageError);
  });
});

test("groups of the beam give n-best lists of more variety", async () => {
  const firsts = async (options: TranslateOptions) => {
    const found = await translate("a b c", { beamSize: 6, nBest: 6, ...options }, ["ab", "ca", "cb"]);
    return new Set(found.map((text) => text.slice(0, 2))).size;
  };
  expect(await firsts({ diverseBeamGroups: 6, diverseBeamStrength: 20 })).toBeGreaterThan(await firsts({}));
  await expect(translate({ text: "a", terms: ["a"] }, { beamSize: 4, diverseBeamGroups: 2 })).rejects.toThrow(
    UsageError,
  );
});

describe("alternatives at a position", () => {
  test("the next pieces are the most probable ones after what is given, without </s>", async () => {
    const toy = randomToy(5);
    const sources = toySources(4);
    const given = [[], [2], [1, 3], [4, 4, 2]];
    const found = await bestNextPieces(new ToyModel(toy), sources, given, { bosId: 9, eosId: 0, count: 3 });
    found.forEach((pieces, s) => {
      const values = logSoftmax(toy.logits(sources[s]!, given[s]!));
      const order = [1, 2, 3, 4].sort((a, b) => values[b]! - values[a]!);
      expect(pieces).toEqual(order.slice(0, 3));
    });
  });

  test("each translation is the best of those with its own next piece, in the order of their probability", async () => {
    const options = { nBest: 4, beamSize: 3, returnAlternatives: true };
    const alternatives = await translate({ text: "a b", targetPrefix: "c " }, options, ["ab", "ca"]);
    // Three pieces of the vocabulary begin a word.
    expect(alternatives).toHaveLength(3);
    for (const text of alternatives) expect(text).toMatch(/^c /);
    expect(new Set(alternatives.map((text) => text[2])).size).toBeGreaterThan(1);
    const [first] = await translate({ text: "a b", targetPrefix: "c " }, { beamSize: 3 }, ["ab", "ca"]);
    expect(alternatives[0]).toBe(first);
  });

  test("after the beginning of a word they are those that go on with it", async () => {
    const options = { nBest: 9, beamSize: 2, returnAlternatives: true };
    const alternatives = await translate({ text: "ab", targetPrefix: "ab" }, options, ["ab", "abc", "abb"]);
    expect(alternatives.length).toBeGreaterThanOrEqual(3);
    for (const text of alternatives) expect(text).toMatch(/^ab/);
  });
});
