/** The wordpiece model of a run: the one in its model directory, one the configuration names, or one trained on its corpora. */
import { existsSync, readFileSync } from "node:fs";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { ConfigError } from "../base/errors.ts";
import type { Config } from "../config/config.ts";
import { targetLanguages } from "../config/corpora.ts";
import { addBalancedText, type LanguageFile } from "../data/files/balanced-text.ts";
import { targetTag } from "../text/languages.ts";
import { loadModelWordpieces } from "../text/model-wordpieces.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";
import { WordpieceTrainer } from "../text/wordpiece-trainer.ts";
import { plainCorpora } from "./plain-corpora.ts";

/** Loads or makes `path` (the model directory's wordpiece.model). `onMessage` hears of it before a long training starts. */
export async function ensureWordpieces(
  config: Config,
  path: string,
  onMessage: (message: string) => void,
): Promise<WordpieceModel> {
  const tags = config.targetTags ? targetLanguages(config).map(targetTag) : [];
  if (!existsSync(path)) {
    if (config.wordpieceModel !== undefined) {
      load(config, config.wordpieceModel, tags);
      writeFileAtomic(path, readFileSync(config.wordpieceModel));
    } else {
      const files = await corpusFiles(config, onMessage);
      onMessage(`training ${config.vocabSize} wordpieces`);
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
      await addBalancedText(trainer, files, config.samplingTemperature);
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
async function corpusFiles(config: Config, onMessage: (message: string) => void): Promise<LanguageFile[]> {
  const corpora = await plainCorpora(config, "train", onMessage);
  return corpora.flatMap(({ pathSrc, pathTgt, srcLang, tgtLang }) => [
    { path: pathSrc, language: srcLang ?? "source" },
    ...(pathTgt === undefined ? [] : [{ path: pathTgt, language: tgtLang ?? "target" }]),
  ]);
}
