/** Source of truth: the toy model's own next-piece distributions, and the scores that searches report. */
import { expect, test } from "vitest";
import { TranslationError } from "../../src/base/errors.ts";
import { scorePairs } from "../../src/decoding/force-score.ts";
import { Translator } from "../../src/decoding/translator.ts";
import { logSoftmax } from "./toy-model.ts";
import { copyParts, copyToy } from "./toy-wordpieces.ts";
import { translateAll } from "./translate-all.ts";

const pairs = [
  { source: "a b", target: "a b" },
  { source: "c", target: "" },
  { source: "abc ab", target: "c" },
];

test("tokens are log P of each piece after those before it, </s> last", async () => {
  const parts = copyParts();
  const toy = copyToy(parts.wordpieces);
  (await scorePairs(parts, pairs)).forEach(({ tokens, logProbability, pieces }, i) => {
    const source = Int32Array.from([...parts.wordpieces.encode(pairs[i]!.source), 3]);
    const target = [...parts.wordpieces.encode(pairs[i]!.target), 3];
    const expected = target.map((piece, t) => logSoftmax(toy.logits(source, target.slice(0, t)))[piece]!);
    expect([...tokens]).toEqual(expected);
    expect(pieces).toEqual(target.map((id) => parts.wordpieces.pieceOf(id)));
    expect(logProbability).toBeCloseTo(
      expected.reduce((a, b) => a + b),
      9,
    );
  });
});

test("the score of a model's own translation is the one its search reports", async () => {
  const lines = ["a b c", "abc", "cab a"];
  const translations = await translateAll(new Translator(copyParts()), lines);
  const targets = translations.map(({ hypotheses }) => hypotheses[0]!);
  const scores = await scorePairs(
    copyParts(),
    lines.map((source, i) => ({ source, target: targets[i]!.text })),
  );
  expect(scores.map(({ logProbability }) => logProbability)).toEqual(
    targets.map(({ logProbability }) => logProbability),
  );
});

test("scores do not depend on the batches", async () => {
  expect(await scorePairs(copyParts(), pairs, { batchSize: 1 })).toEqual(await scorePairs(copyParts(), pairs));
});

test("the target language's tag leads the source; an unknown language is refused", async () => {
  const parts = copyParts([], ["de", "fr"]);
  const [score] = await scorePairs(parts, [{ source: "a", target: "a" }], { targetLanguage: "de" });
  expect(score!.logProbability).toBeGreaterThan(-0.2);
  await expect(scorePairs(parts, pairs, { targetLanguage: "xx" })).rejects.toThrow(TranslationError);
});

test("an aborted signal rejects with its reason, and the batches that wait are not scored", async () => {
  const stop = new AbortController();
  const parts = copyParts();
  let batches = 0;
  const forceScore = parts.model.forceScore.bind(parts.model);
  parts.model.forceScore = async (...given) => {
    batches++;
    stop.abort(new Error("enough"));
    return forceScore(...given);
  };
  await expect(scorePairs(parts, pairs, { batchSize: 1, signal: stop.signal })).rejects.toThrow("enough");
  expect(batches).toBe(1);
});
