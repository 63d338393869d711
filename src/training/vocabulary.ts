/**
 * The wordpiece model of a run: the one in its model directory, that of the model it starts from, one the configuration names, or one trained
 * on its corpora.
 */
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
import type { BaseModel } from "./transfer/base-model.ts";
import { checkExtends, extensionOf } from "./transfer/base-wordpieces.ts";

/**
 * Loads or makes `path` (the model directory's wordpiece.model). `onMessage` hears of it before a long training starts. Throws WordpieceError or
 * ConfigError for a model that lacks pieces the run needs, or those of the model it starts from.
 */
export async function ensureWordpieces(
  config: Config,
  path: string,
  onMessage: (message: string) => void,
  base?: BaseModel,
): Promise<WordpieceModel> {
  const tags = config.targetTags ? targetLanguages(config).map(targetTag) : [];
  if (!existsSync(path)) {
    if (base !== undefined && config.wordpieceModel === undefined) {
      const extension = extensionOf(base, config, tags);
      if (extension?.needsText === true) {
        const files = await corpusFiles(config, onMessage);
        onMessage(`training ${config.vocabSize} wordpieces`);
        await addBalancedText(extension, files, config.samplingTemperature);
      }
      writeFileAtomic(path, extension?.extend().toBytes() ?? readFileSync(base.wordpieceModelPath));
    } else if (config.wordpieceModel !== undefined) {
      const given = load(config, config.wordpieceModel, tags);
      if (base !== undefined) checkExtends(base, given, config.wordpieceModel);
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
  const wordpieces = load(config, path, tags);
  if (base !== undefined) checkExtends(base, wordpieces, path);
  return wordpieces;
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
