/** Opens a model directory: configuration, wordpieces, backend and weights. */
import { type EngineOptions, type SelectedBackend, selectBackend } from "../backends/select.ts";
import { CheckpointError } from "../base/errors.ts";
import { checkSameParameters, floatsByName } from "../checkpoint/match.ts";
import { type ModelDirectory, openModelDirectory } from "../checkpoint/model-directory.ts";
import { readSafetensors } from "../checkpoint/read-safetensors.ts";
import type { Config } from "../config/config.ts";
import { modelLanguages } from "../config/corpora.ts";
import type { TranslatorParts } from "../decoding/translator.ts";
import type { ParameterSource } from "../layers/parameters.ts";
import { LanguageModel } from "../model/language-model.ts";
import { languageModelOptions, seq2seqOptions } from "../model/options.ts";
import { Seq2Seq } from "../model/seq2seq.ts";
import type { TrainableModel } from "../model/trainable-model.ts";
import { loadModelWordpieces } from "../text/model-wordpieces.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";

/** A translation model ready to run; a `Translator` takes it as it is. */
export interface LoadedModel extends TranslatorParts {
  /** Its parameters are on the selected backend; `dispose` frees them. */
  model: Seq2Seq;
  /** The vocabulary it was trained with. */
  wordpieces: WordpieceModel;
  /** The configuration it was trained with. */
  config: Config;
  /** What it runs on. */
  engine: SelectedBackend;
}

/** A language model ready to run; `scoreTexts` takes it as it is. */
export interface LoadedLanguageModel {
  /** Its parameters are on the selected backend; `dispose` frees them. */
  model: LanguageModel;
  /** The vocabulary it was trained with. */
  wordpieces: WordpieceModel;
  /** The configuration it was trained with. */
  config: Config;
  /** What it runs on. */
  engine: SelectedBackend;
}

/**
 * Selects the backend and loads the model onto it; dispose of `model` after use. Throws CheckpointError for a directory that
 * is no translation model or whose files don't fit together, WordpieceError, BackendError.
 *
 * @example
 * import { loadTranslationModel, Translator } from "gnmt-moe";
 *
 * const loaded = await loadTranslationModel("models/my", { threads: 2 });
 * const translator = new Translator(loaded, { targetLanguage: "de" });
 * for await (const { hypotheses } of translator.translate(["A dog runs."])) console.log(hypotheses[0]?.text);
 * loaded.model.dispose();
 */
export async function loadTranslationModel(directory: string, options: EngineOptions = {}): Promise<LoadedModel> {
  const files = openModelDirectory(directory);
  if (files.config.task !== "translation") {
    throw new CheckpointError("this is a language model, which does not translate", {
      where: directory,
      nextStep: "Give the directory of a model trained with task: translation.",
    });
  }
  const loaded = await load(
    files,
    options,
    (config, wordpieces, source) => new Seq2Seq(seq2seqOptions(config, wordpieces), source),
  );
  return { ...loaded, languages: modelLanguages(loaded.config) };
}

/**
 * Selects the backend and loads a language model onto it; dispose of `model` after use. Throws as `loadTranslationModel` does.
 *
 * @example
 * import { loadLanguageModel, scoreTexts } from "gnmt-moe";
 *
 * const loaded = await loadLanguageModel("models/lm");
 * console.log((await scoreTexts(loaded, ["Ein Hund rennt."]))[0]?.tokens);
 * loaded.model.dispose();
 */
export async function loadLanguageModel(directory: string, options: EngineOptions = {}): Promise<LoadedLanguageModel> {
  const files = openModelDirectory(directory);
  if (files.config.task !== "language_model") {
    throw new CheckpointError("this is a translation model, not a language model", {
      where: directory,
      nextStep: "Give the directory of a model trained with task: language_model.",
    });
  }
  return load(
    files,
    options,
    (config, wordpieces, source) => new LanguageModel(languageModelOptions(config, wordpieces), source),
  );
}

async function load<Model extends TrainableModel>(
  { config, wordpieceModelPath, weightsPath }: ModelDirectory,
  options: EngineOptions,
  make: (config: Config, wordpieces: WordpieceModel, source: ParameterSource) => Model,
): Promise<{ model: Model; wordpieces: WordpieceModel; config: Config; engine: SelectedBackend }> {
  const wordpieces = loadModelWordpieces(wordpieceModelPath, config);
  const { tensors } = readSafetensors(weightsPath);
  const engine = await selectBackend(options);
  const model = make(config, wordpieces, { seed: config.seed, stored: floatsByName(tensors) });
  const shapes = model.parameters.map(({ name, variable }) => ({ name, shape: variable.shape }));
  checkSameParameters(shapes, tensors, weightsPath);
  return { model, wordpieces, config, engine };
}
