/** Source of truth: every sequence of pieces, tried one by one, and forced scores. */
import { describe, expect, test } from "vitest";
import { Translator } from "../../src/decoding/translator.ts";
import { Inspector, type OtherWordsRequest } from "../../src/inspection/inspector.ts";
import { randomToy, ToyModel } from "../decoding/toy-model.ts";
import { copyParts, ToyWordpieces } from "../decoding/toy-wordpieces.ts";
import { translateAll } from "../decoding/translate-all.ts";

const wordpieces = new ToyWordpieces(["ab", "abc", "c."]);
const size = wordpieces.pieces.length;
const languages = { source: "en", target: "de" };
const noLanguages = { sources: [], targets: [], targetTags: false };
/** No piece of the vocabulary, since a toy takes its start for a new beginning. */
const toy = (seed: number) => {
  const random = randomToy(seed, size);
  // A model that writes control pieces: they are silent.
  const logits = (source: Int32Array, prefix: readonly number[]) =>
    random.logits(source, prefix).map((value, id) => (id < 3 ? -40 : value));
  return { ...random, logits, bosId: 2, eosId: 3 };
};

function request(text: string, before: string, count: number): OtherWordsRequest & { languages: typeof languages } {
  return { kind: "other-words", text, before, count, languages };
}

describe.each([1, 2, 3])("a random model, %i", (seed) => {
  const parts = { model: new ToyModel(toy(seed)), wordpieces, languages: noLanguages };
  const inspector = new Inspector(parts, 4);

  test.each(["", "ab", "ab c"])(
    "words after %j are distinct, the most probable first, and their translations begin so",
    async (before) => {
      const words = await inspector.run(request("a b", before, 4));
      expect(words.length).toBeGreaterThan(1);
      expect(new Set(words.map(({ prefix }) => prefix)).size).toBe(words.length);
      const order = words.map(({ probability }) => probability);
      expect(order).toEqual([...order].sort((a, b) => b - a));
      for (const { word, prefix, translation, probability } of words) {
        expect(prefix.startsWith(before)).toBe(true);
        expect(prefix.slice(before.length).trim()).toBe(word);
        expect(word).not.toMatch(/\s/);
        // What stood before is as it was: the word is another one.
        if (before !== "") expect(prefix.slice(before.length)).toMatch(/^( |\.)/);
        expect(translation.replace(/ +/g, " ").trim().startsWith(prefix)).toBe(true);
        expect(probability).toBeLessThanOrEqual(1);
      }
      const found = await translateAll(
        new Translator(parts, { beamSize: 4 }, () => {}),
        words.map(({ prefix }) => ({ text: "a b", targetPrefix: prefix, prefixIsWhole: true })),
      );
      expect(words.map(({ translation }) => translation)).toEqual(found.map(({ hypotheses }) => hypotheses[0]!.text));
    },
  );
});

describe("a copying model", () => {
  const inspector = new Inspector(copyParts(["the", "dog"]), 3);

  test("the word that it copies comes first, with its probability", async () => {
    const [first, ...others] = await inspector.run(request("the dog the", "the", 3));
    expect(first!.word).toBe("dog");
    expect(first!.probability).toBeGreaterThan(0.9);
    expect(first!.translation).toBe("the dog the");
    expect(others.length).toBeGreaterThan(0);
  });

  test("a word of several pieces is whole, and its probability is the product of theirs", async () => {
    const parts = copyParts();
    const [first] = await new Inspector(parts, 3).run(request("ab ca", "ab", 2));
    expect(first).toMatchObject({ word: "ca", prefix: "ab ca", translation: "ab ca" });
    const source = Int32Array.of(...parts.wordpieces.encode("ab ca"), 3);
    const scores = (await parts.model.forceScore([source], [parts.wordpieces.encode("ab ca")])).tokens[0]!;
    const own = scores.slice(3, 6).reduce((sum, score) => sum + score, 0);
    expect(first!.probability).toBeCloseTo(Math.exp(own), 3);
  });

  test("nothing comes of a blank line", async () => {
    expect(await inspector.run(request(" ", "", 3))).toEqual([]);
  });

  test("an aborted signal ends it", async () => {
    const stop = AbortSignal.abort(new Error("gone"));
    await expect(inspector.run(request("the", "", 2), stop)).rejects.toThrow("gone");
  });
});
