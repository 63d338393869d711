/** The wordpiece model of a run: the one in its model directory, one the configuration names, or one trained on its corpora. */
import { existsSync, readFileSync } from "node:fs";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { ConfigError } from "../base/errors.ts";
import type { Config } from "../config/config.ts";
import { corporaOf, targetLanguages } from "../config/corpora.ts";
import { streamLines } from "../data/corpus.ts";
import { targetTag } from "../decoding/languages.ts";
import { LineRepeater, lineWeights } from "../text/language-balance.ts";
import { WordpieceModel } from "../text/wordpiece-model.ts";
import { WordpieceTrainer } from "../text/wordpiece-trainer.ts";

/** Loads or makes `path` (the model directory's wordpiece.model). `onTraining` hears of it before a long training starts. */
export async function ensureWordpieces(config: Config, path: string, onTraining: () => void): Promise<WordpieceModel> {
  const tags = config.targetTags ? targetLanguages(config).map(targetTag) : [];
  if (!existsSync(path)) {
    if (config.wordpieceModel !== undefined) {
      WordpieceModel.load(config.wordpieceModel);
      writeFileAtomic(path, readFileSync(config.wordpieceModel));
    } else {
      onTraining();
      const trainer = new WordpieceTrainer({
        vocabSize: config.vocabSize,
        characterCoverage: config.characterCoverage,
        requiredCharacters: config.requiredChars,
        byteFallback: config.byteFallback,
        userDefinedSymbols: [...tags, ...config.userDefinedSymbols],
        seed: config.seed,
      });
      await addCorpora(trainer, config);
      trainer.train().save(path);
    }
  }
  const model = WordpieceModel.load(path);
  const missing = tags.find((tag) => model.idOf(tag) === model.unkId);
  if (missing !== undefined) {
    throw new ConfigError(`the wordpiece model has no piece ${missing} for a target language`, {
      where: path,
      nextStep: "Train wordpieces with user_defined_symbols for every language, or remove wordpiece_model.",
    });
  }
  return model;
}

/** Adds source and target lines of every training corpus, languages evened out by the temperature that batches have. */
async function addCorpora(trainer: WordpieceTrainer, config: Config): Promise<void> {
  const sides = corporaOf(config, "train").flatMap(({ pathSrc, pathTgt, srcLang, tgtLang, weight }) => [
    { path: pathSrc, language: srcLang ?? "source", weight },
    ...(pathTgt === undefined ? [] : [{ path: pathTgt, language: tgtLang ?? "target", weight }]),
  ]);
  const repeaters = new Map<string, LineRepeater>();
  if (config.samplingTemperature !== 1) {
    const sizes = new Map<string, number>();
    for (const { path, language, weight } of sides) {
      for await (const lines of streamLines(path)) {
        sizes.set(language, (sizes.get(language) ?? 0) + weight * lines.length);
      }
    }
    const weights = lineWeights([...sizes.values()], config.samplingTemperature);
    [...sizes.keys()].forEach((language, i) => {
      repeaters.set(language, new LineRepeater(weights[i]!));
    });
  }
  for (const { path, language } of sides) {
    const repeater = repeaters.get(language);
    for await (const lines of streamLines(path)) {
      for (const line of lines) for (let times = repeater?.next() ?? 1; times > 0; times--) trainer.add(line);
    }
  }
}
