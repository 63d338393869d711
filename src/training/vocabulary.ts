/** The wordpiece model of a run: the one in its model directory, one the configuration names, or one trained on its corpora. */
import { existsSync, readFileSync } from "node:fs";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { ConfigError } from "../base/errors.ts";
import type { Config } from "../config/config.ts";
import { corporaOf, targetLanguages } from "../config/corpora.ts";
import { addBalancedText, type LanguageFile } from "../data/files/balanced-text.ts";
import { targetTag } from "../text/languages.ts";
import { loadModelWordpieces } from "../text/model-wordpieces.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";
import { WordpieceTrainer } from "../text/wordpiece-trainer.ts";

/** Loads or makes `path` (the model directory's wordpiece.model). `onTraining` hears of it before a long training starts. */
export async function ensureWordpieces(config: Config, path: string, onTraining: () => void): Promise<WordpieceModel> {
  const tags = config.targetTags ? targetLanguages(config).map(targetTag) : [];
  if (!existsSync(path)) {
    if (config.wordpieceModel !== undefined) {
      load(config, config.wordpieceModel, tags);
      writeFileAtomic(path, readFileSync(config.wordpieceModel));
    } else {
      onTraining();
      const trainer = new WordpieceTrainer({
        vocabSize: config.vocabSize,
        characterCoverage: config.characterCoverage,
        requiredCharacters: config.requiredChars,
        byteFallback: config.byteFallback,
        controlSymbols: tags,
        userDefinedSymbols: config.userDefinedSymbols,
        normalization: config.normalization,
        seed: config.seed,
      });
      await addBalancedText(trainer, corpusFiles(config), config.samplingTemperature);
      trainer.train().save(path);
    }
  }
  return load(config, path, tags);
}

/** Throws WordpieceError or ConfigError for a model that lacks pieces the run needs. */
function load(config: Config, path: string, tags: readonly string[]): WordpieceModel {
  const model = loadModelWordpieces(path, config);
  const missing = tags.find((tag) => model.idOf(tag) === model.unkId);
  if (missing !== undefined) {
    throw new ConfigError(`the wordpiece model has no piece ${missing} for a target language`, {
      where: path,
      nextStep: "Make it with nmt vocab and --control_symbols for every target language, or remove wordpiece_model.",
    });
  }
  return model;
}

/** Both sides of every training corpus. */
function corpusFiles(config: Config): LanguageFile[] {
  return corporaOf(config, "train").flatMap(({ pathSrc, pathTgt, srcLang, tgtLang }) => [
    { path: pathSrc, language: srcLang ?? "source" },
    ...(pathTgt === undefined ? [] : [{ path: pathTgt, language: tgtLang ?? "target" }]),
  ]);
}
