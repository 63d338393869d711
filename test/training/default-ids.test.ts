// Source of truth: the toy task itself, and the ids SentencePiece gives by default: <unk> 0, <s> 1, </s> 2.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { PairReader } from "../../src/data/batches/pair-reader.ts";
import { readPrepared } from "../../src/data/shards/prepared-folder.ts";
import { scorePairs, scoreTexts } from "../../src/decoding/force-score.ts";
import { bestText } from "../../src/decoding/translation.ts";
import { Translator } from "../../src/decoding/translator.ts";
import { loadLanguageModel, loadTranslationModel } from "../../src/inference/open-model.ts";
import { WordpieceModel } from "../../src/text/wordpiece-model.ts";
import { type RunReporter, runTraining } from "../../src/training/run-training.ts";
import { translateAll } from "../decoding/translate-all.ts";
import { byRank, modelProto } from "../text/model-specs.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-default-ids-"));
beforeAll(() => selectBackend({ backend: "cpu" }));
afterAll(() => rmSync(folder, { recursive: true }));

const letters = ["a", "b", "c", "d"];
const words = letters.flatMap((first) => [first, ...letters.map((second) => `${first} ${second}`)]);
const reversed = (text: string) => text.split(" ").reverse().join(" ");
const write = (name: string, lines: readonly string[]) => {
  writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  return join(folder, name);
};
const [sources, targets] = [write("text.src", words), write("text.tgt", words.map(reversed))];
const wordpieces = WordpieceModel.fromProto(modelProto({ normal: byRank(letters.map((letter) => `▁${letter}`)) }));
const given = join(folder, "default.model");
wordpieces.save(given);

async function train(name: string, settings: Partial<ConfigInput>): Promise<string> {
  const silent = () => {};
  const reporter: RunReporter = {
    ...{ onMessage: silent, onStart: silent, onProgress: silent, onValidation: silent, onCheckpoint: silent },
    onEnd: silent,
  };
  const config = resolveConfig({
    save_model: join(folder, name),
    data: {},
    wordpiece_model: given,
    hidden_size: 16,
    encoder_layers: 1,
    decoder_layers: 2,
    dropout: 0,
    label_smoothing: 0,
    batch_type: "sentences",
    batch_size: 20,
    learning_rate: 0.02,
    warmup_steps: 10,
    drop_identical: false,
    cleaning: { overlap: "keep" },
    ...settings,
  });
  await runTraining(config, reporter, new AbortController().signal);
  return config.saveModel;
}

test("a translation model of those ids learns to reverse, and its shards and scores have them", async () => {
  const corpus = { path_src: sources, path_tgt: targets };
  const directory = await train("reverse", { data: { corpus, valid: corpus }, train_steps: 90, valid_steps: 90 });

  const reader = new PairReader([readPrepared(join(directory, "data", "corpus"))]);
  expect(reader.pairs).toBe(words.length);
  for (let i = 0; i < reader.pairs; i++) {
    const { source, target, line } = reader.pair(i);
    expect([...source]).toEqual([...wordpieces.encode(words[line! - 1]!), 2]);
    expect([...target]).toEqual([...wordpieces.encode(reversed(words[line! - 1]!))]);
  }
  reader.close();

  const loaded = await loadTranslationModel(directory, { backend: "cpu" });
  const translator = new Translator(loaded, { beamSize: 2 });
  expect((await translateAll(translator, words)).map(bestText)).toEqual(words.map(reversed));
  const scores = await scorePairs(
    loaded,
    words.map((source) => ({ source, target: reversed(source) })),
  );
  expect(scores[1]!.pieces.at(-1)).toBe("</s>");
  for (const { logProbability } of scores) expect(logProbability).toBeGreaterThan(Math.log(0.5));
  loaded.model.dispose();
});

test("a language model of those ids knows where texts begin and end", async () => {
  const data = { text: { path_src: write("counting.txt", ["a b", "b c d", "c d", "d"]) } };
  const directory = await train("counting", { task: "lm", data, train_steps: 60, valid_steps: 0 });
  const loaded = await loadLanguageModel(directory, { backend: "cpu" });
  const [likely, unlikely] = await scoreTexts(loaded, ["b c d", "b c"]);
  loaded.model.dispose();
  expect(likely!.pieces).toEqual(["▁b", "▁c", "▁d", "</s>"]);
  // One text of four begins with b, and then all is certain.
  expect(likely!.logProbability).toBeCloseTo(Math.log(0.25), 0);
  expect(unlikely!.logProbability).toBeLessThan(Math.log(0.05));
});
