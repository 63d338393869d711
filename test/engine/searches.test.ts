/** Source of truth: the engine's own searches without rules and ensembles, and TensorFlow.js's translations of the same model. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Translator } from "../../src/decoding/translator.ts";
import { loadEnsemble } from "../../src/inference/open-ensemble.ts";
import { probeForTests } from "../backends/native-required.ts";
import { writeToyModel } from "../cli/toy-model-directory.ts";
import { translateAll } from "../decoding/translate-all.ts";

const { usable } = await probeForTests("native");
const lines = ["ab cd", "f", "abc def abc", "a b c d e f", "fa"];

describe.skipIf(!usable)("on the native engine", () => {
  let folder: string;
  let models: string[];
  beforeAll(async () => {
    await selectBackend({ backend: "cpu" });
    folder = mkdtempSync(join(tmpdir(), "nmt-searches-"));
    models = [4, 9].map((seed) => {
      const directory = mkdtempSync(join(folder, "model-"));
      writeToyModel(directory, [], seed);
      return directory;
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function translate(directories: readonly string[], backend: "native" | "cpu", options: object) {
    const loaded = await loadEnsemble(directories, { backend, threads: 2 });
    try {
      const translator = new Translator(loaded, { maxLength: 8, nBest: 3, ...options }, () => {});
      return await translateAll(translator, [...lines, { text: "ab", targetPrefix: "cd e" }]);
    } finally {
      loaded.model.dispose();
    }
  }

  test.each([
    ["rules", { blockNgramRepeat: 2, banWords: ["a"], banPieces: ["▁f"] }, 1],
    ["coverage", { coveragePenalty: 0.2, maxRepeats: 1 }, 1],
    ["ensemble", {}, 2],
    ["ensemble under rules", { blockNgramRepeat: 1, coveragePenalty: 0.2 }, 2],
    ["alternatives", { returnAlternatives: true, beamSize: 2 }, 1],
  ])("%s give what they give with TensorFlow.js", async (_, options, count) => {
    const [found, expected] = [
      await translate(models.slice(0, count), "native", options),
      await translate(models.slice(0, count), "cpu", options),
    ];
    const plain = (list: typeof found) => list.map(({ hypotheses }) => hypotheses.map(({ text }) => text));
    expect(plain(found)).toEqual(plain(expected));
    found.forEach(({ hypotheses }, i) => {
      hypotheses.forEach(({ score }, k) => {
        expect(score).toBeCloseTo(expected[i]!.hypotheses[k]!.score, 3);
      });
    });
  });
});
