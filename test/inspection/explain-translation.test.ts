/** Source of truth: what a search says of its own translation, and what the model says of each position. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Translator } from "../../src/decoding/translator.ts";
import { type LoadedModel, loadTranslationModel } from "../../src/inference/open-model.ts";
import { explainPairs } from "../../src/inspection/explain-translation.ts";
import { writeToyModel } from "../cli/toy-model-directory.ts";
import { copyParts } from "../decoding/toy-wordpieces.ts";
import { translateAll } from "../decoding/translate-all.ts";

const languages = { source: "en", target: "de" };

describe("a copying model", () => {
  const parts = copyParts(["the", "dog"]);

  test("each word looks at the word that it copies, and the model is sure of it", async () => {
    const [found] = await explainPairs(parts, [{ source: "the ab dog", target: "the ab dog" }], languages);
    expect(found!.sourceWords).toEqual([
      { start: 0, end: 3 },
      { start: 4, end: 6 },
      { start: 7, end: 10 },
    ]);
    expect(found!.attention.map((row) => row.indexOf(Math.max(...row)))).toEqual([0, 1, 2]);
    for (const { logProbability } of found!.targetWords) expect(Math.exp(logProbability)).toBeGreaterThan(0.9);
    expect(found!.layers).toEqual([]);
  });

  test("a word that is no copy is improbable", async () => {
    const [found] = await explainPairs(parts, [{ source: "the dog", target: "the c dog" }], languages);
    expect(Math.exp(found!.targetWords[1]!.logProbability)).toBeLessThan(0.01);
  });

  test("pairs keep their order, and blank or endless ones have no explanation", async () => {
    const found = await explainPairs(
      parts,
      [
        { source: "the", target: "" },
        { source: "dog the", target: "dog the" },
        { source: "a ".repeat(600), target: "a" },
        { source: "dog", target: "dog" },
      ],
      languages,
    );
    expect(found.map((each) => each?.targetWords.length ?? null)).toEqual([null, 2, null, 1]);
  });

  test("an aborted signal ends it", async () => {
    const stop = AbortSignal.abort(new Error("gone"));
    await expect(explainPairs(parts, [{ source: "the", target: "the" }], languages, stop)).rejects.toThrow("gone");
  });
});

describe.each([
  ["a model of one pair", []],
  ["one with tags", ["de", "fr"]],
])("%s", (_, tags) => {
  let loaded: LoadedModel;
  beforeAll(async () => {
    await selectBackend({ backend: "cpu" });
    const folder = mkdtempSync(`${tmpdir()}/inspection-`);
    writeToyModel(folder, tags);
    loaded = await loadTranslationModel(folder, { threads: 1 });
  });
  afterAll(() => loaded.model.dispose());

  test("links and scores of words are those of the search that found the translation", async () => {
    // What is no text would not be in the text that is explained.
    const banPieces = ["<pad>", "<unk>", "<s>", "▁", ...tags.map((tag) => `<2${tag}>`)];
    const options = { withAlignment: true, withWordScores: true, beamSize: 3, banPieces };
    const target = tags.length > 0 ? { targetLanguage: "de" } : {};
    const lines = ["abc def ab", "dead beef", "a"];
    const translator = new Translator(loaded, { ...options, ...target, maxLength: 30 }, () => {});
    const found = await translateAll(translator, lines);
    const texts = found.map(({ hypotheses }) => hypotheses[0]!.text);
    const explained = await explainPairs(
      loaded,
      lines.map((source, i) => ({ source, target: texts[i]! })),
      languages,
    );
    found.forEach(({ hypotheses, source }, i) => {
      const explanation = explained[i]!;
      // The words of this vocabulary have no signs, so they are what white space parts; only if the text is spelled as it was found.
      const { alignment, wordScores, pieces, text } = hypotheses[0]!;
      expect(loaded.wordpieces.encodePieces(text)).toEqual(pieces);
      expect(explanation.sourceWords).toHaveLength(source.split(" ").length);
      expect(explanation.attention).toHaveLength(alignment!.length);
      alignment!.forEach((row, word) => {
        row.forEach((weight, at) => {
          expect(explanation.attention[word]![at]).toBeCloseTo(weight, 3);
        });
        expect(explanation.targetWords[word]!.logProbability).toBeCloseTo(wordScores![word]!, 2);
      });
    });
  });

  test("experts of a word are those of its pieces", async () => {
    const pair = { source: "abc d", target: "fa" };
    const [explanation] = await explainPairs(loaded, [pair], languages);
    const { wordpieces, model } = loaded;
    const tag = tags.length > 0 ? [wordpieces.idOf("<2de>")] : [];
    const source = Int32Array.of(...tag, ...wordpieces.encode(pair.source), wordpieces.eosId);
    const target = wordpieces.encode(pair.target);
    const gates = await model.expertGates!([source], [target]);
    expect(explanation!.layers.map(({ layer, side, experts }) => [layer, side, experts])).toEqual(
      gates.map(({ layer, side, experts }) => [layer, side, experts]),
    );
    gates.forEach(({ gates: [own], side, experts }, layer) => {
      const { words } = explanation!.layers[layer]!;
      expect(words).toHaveLength(side === "source" ? 2 : 1);
      // The last piece of the source is the word "d"; the first of the target is of its only word.
      const pieces = side === "source" ? [tag.length + wordpieces.encode(pair.source).length - 1] : [...target.keys()];
      const means = Array.from({ length: experts }, (_, expert) => {
        return pieces.reduce((sum, piece) => sum + own![piece * experts + expert]!, 0) / pieces.length;
      });
      for (const { expert, gate } of words.at(-1)!) expect(gate).toBeCloseTo(means[expert]!, 3);
      expect(words.at(-1)!.reduce((sum, { gate }) => sum + gate, 0)).toBeCloseTo(1, 2);
      const order = words.at(-1)!.map(({ gate }) => gate);
      expect(order).toEqual([...order].sort((a, b) => b - a));
    });
  });
});
