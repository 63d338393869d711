/** Source of truth: forced scores of the same pieces, and a toy model whose attention looks at the piece that it copies. */
import { expect, test } from "vitest";
import { beamSearch } from "../../src/decoding/beam-search.ts";
import { sampleSearch } from "../../src/decoding/sampling.ts";
import { greedySearch } from "../../src/decoding/search.ts";
import type { TranslateOptions } from "../../src/decoding/translate-options.ts";
import { Translator } from "../../src/decoding/translator.ts";
import { alignmentAbove, hardAlignment } from "../../src/decoding/words/word-alignment.ts";
import { randomToy, searchOptions, ToyModel, toySources } from "./toy-model.ts";
import { copyParts } from "./toy-wordpieces.ts";
import { translateAll } from "./translate-all.ts";

test("every search keeps the log-probability of each piece, as forced scores have it", async () => {
  const model = new ToyModel(randomToy(6));
  const sources = toySources(7);
  const options = searchOptions(7, 5, { beamSize: 4, nBest: 4 });
  const sampling = { topK: 3, topP: 1, temperature: 1, seed: 2 };
  const single = [
    await greedySearch(model, sources, options),
    await sampleSearch(model, sources, options, sampling, [...sources.keys()]),
  ];
  const found = [...(await beamSearch(model, sources, options)).entries()].flatMap(([s, each]) =>
    each.map((hypothesis) => ({ s, hypothesis })),
  );
  for (const pass of single) found.push(...pass.map((hypothesis, s) => ({ s, hypothesis })));
  expect(new Set(found.map(({ hypothesis }) => hypothesis.complete)).size).toBe(2);
  for (const { s, hypothesis } of found) {
    const { pieces, pieceScores, complete, logProbability } = hypothesis;
    const forced = (await model.forceScore([sources[s]!], [pieces])).tokens[0]!;
    expect(pieceScores).toHaveLength(pieces.length + (complete ? 1 : 0));
    pieceScores.forEach((score, t) => {
      expect(score).toBeCloseTo(forced[t]!, 9);
    });
    expect(pieceScores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(logProbability, 9);
  }
});

async function words(line: string, options: TranslateOptions, languages: readonly string[] = []) {
  const translator = new Translator(copyParts(["the", "dog"], languages), {
    withAlignment: true,
    withWordScores: true,
    ...options,
  });
  const [translation] = await translateAll(translator, [line]);
  return translation!.hypotheses[0]!;
}

test.each([
  ["the dog", []],
  ["  the ab  dog ca", ["de"]],
])("words of a copy are aligned to those of the source: %j", async (line, languages) => {
  for (const beamSize of [1, 3]) {
    const found = await words(line, { beamSize }, languages);
    const count = line.trim().split(/\s+/).length;
    expect(hardAlignment(found.alignment!)).toEqual(
      Array.from({ length: count }, (_, i) => ({ source: i, target: i })),
    );
    expect(alignmentAbove(found.alignment!, 0.5)).toHaveLength(count);
    expect(found.wordScores).toHaveLength(count + 1);
    expect(found.wordScores!.reduce((sum, score) => sum + score, 0)).toBeCloseTo(found.logProbability, 9);
    expect(found.attention).toBeUndefined();
  }
});

test("unknown words that are replaced by those of the source are words of the translation", async () => {
  const found = await words("the XY dog", { replaceUnk: true });
  expect(found.text).toBe("the XY dog");
  expect(hardAlignment(found.alignment!).map(({ source, target }) => `${source}-${target}`)).toEqual([
    "0-0",
    "1-1",
    "2-2",
  ]);
});

test("a translation that is cut has no score of its end; without the options there is neither", async () => {
  const cut = await words("the dog the", { maxLength: 2 });
  expect([cut.text, cut.wordScores!.length, cut.alignment!.length]).toEqual(["the dog", 2, 2]);
  const plain = await words("the dog", { withAlignment: false, withWordScores: false });
  expect([plain.alignment, plain.wordScores]).toEqual([undefined, undefined]);
});
