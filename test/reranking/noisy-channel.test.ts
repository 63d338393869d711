/** Source of truth: the formula of Ng et al. 2019, each log-probability taken from its model by itself. */
import { describe, expect, test } from "vitest";
import type { TranslatedHypothesis, Translation } from "../../src/decoding/translation.ts";
import type { TranslatorParts } from "../../src/decoding/translator.ts";
import { noisyChannel } from "../../src/reranking/noisy-channel.ts";
import { withMarkers } from "../../src/text/source-pieces.ts";
import { randomToy, ToyModel } from "../decoding/toy-model.ts";
import { ToyWordpieces } from "../decoding/toy-wordpieces.ts";

function parts(seed: number, languages: readonly string[] = []): TranslatorParts & { model: ToyModel } {
  const wordpieces = new ToyWordpieces(
    ["the", "dog"],
    languages.map((language) => `<2${language}>`),
  );
  const toy = { ...randomToy(seed, wordpieces.pieces.length), bosId: wordpieces.bosId, eosId: wordpieces.eosId };
  const known = { sources: ["de"], targets: languages, targetTags: languages.length > 0 };
  return { model: new ToyModel(toy), wordpieces, languages: known };
}

/** A model of the target text alone: a translation model of an empty source. */
function languageModel(seed: number) {
  const { model, wordpieces } = parts(seed);
  const forceScore = (texts: readonly Int32Array[]) =>
    model.forceScore(
      texts.map(() => Int32Array.of(3)),
      texts,
    );
  return { model: { forceScore, parallelism: 1 }, wordpieces };
}

function hypothesis(text: string, logProbability: number, complete = true): TranslatedHypothesis {
  return { text, score: 0, logProbability, complete, pieces: text.split(" ").filter((word) => word !== "") };
}

const found: Translation[] = [
  {
    line: 1,
    source: "the ab",
    sourcePieces: [],
    hypotheses: [hypothesis("dog the", -1), hypothesis("dog", -1.5), hypothesis("a b c", -2), hypothesis("", -6)],
  },
  { line: 2, source: "", sourcePieces: [], hypotheses: [] },
  { line: 3, source: "c", sourcePieces: [], hypotheses: [hypothesis("the a", -3), hypothesis("ca", -3.5)] },
];

/** log P / pieces, `</s>` counted, of one target at a time. */
async function mean(model: ToyModel, source: Int32Array, target: Int32Array): Promise<number> {
  const tokens = (await model.forceScore([source], [target])).tokens[0]!;
  return tokens.reduce((sum, token) => sum + token, 0) / tokens.length;
}

describe("noisy-channel re-ranking", () => {
  test.each([
    ["both models", true, true, 0.7, 0.3],
    ["the channel alone", true, false, 2, 1],
    ["the language model alone", false, true, 1, 0.5],
    ["neither", false, false, 1, 1],
  ])("%s", async (_, withChannel, withLm, channelWeight, languageModelWeight) => {
    const channel = parts(3, ["fr", "en"]);
    const lm = languageModel(8);
    const ranked = await noisyChannel(found, {
      ...(withChannel && { channel, channelLanguages: { sourceLanguage: "de", targetLanguage: "en" } }),
      ...(withLm && { languageModel: lm }),
      channelWeight,
      languageModelWeight,
    });
    const tag = channel.wordpieces.idOf("<2en>");
    for (const [i, { source, hypotheses }] of found.entries()) {
      const expected = new Map<string, number>();
      for (const { text, logProbability, pieces } of hypotheses) {
        let score = logProbability / (pieces.length + 1);
        if (withChannel) {
          const ids = withMarkers(channel.wordpieces.encode(text), tag, channel.wordpieces.eosId);
          score += channelWeight * (await mean(channel.model, ids, channel.wordpieces.encode(source)));
        }
        if (withLm) {
          score += languageModelWeight * (await mean(parts(8).model, Int32Array.of(3), lm.wordpieces.encode(text)));
        }
        expected.set(text, score);
      }
      expect(ranked[i]!.line).toBe(found[i]!.line);
      const order = [...expected].sort((a, b) => b[1] - a[1]);
      expect(ranked[i]!.hypotheses.map(({ text }) => text)).toEqual(order.map(([text]) => text));
      ranked[i]!.hypotheses.forEach(({ score }, rank) => {
        expect(score).toBeCloseTo(order[rank]![1], 9);
      });
    }
  });

  test("what was cut stands below the complete ones and has no end to be counted; of one text the best is kept", async () => {
    const hypotheses = [hypothesis("a", -1, false), hypothesis("b", -4), hypothesis("c", -9), hypothesis("c", -8)];
    const [ranked] = await noisyChannel([{ ...found[0]!, hypotheses }], {});
    expect(ranked!.hypotheses.map(({ text, score }) => [text, score])).toEqual([
      ["b", -2],
      ["c", -4],
      ["a", -1],
    ]);
  });

  test("the languages of the channel are its own", async () => {
    await expect(noisyChannel(found, { channel: parts(3, ["fr", "en"]) })).rejects.toThrow("several languages");
  });
});
