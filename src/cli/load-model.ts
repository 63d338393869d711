/** Opens a model directory for translation: configuration, wordpieces, backend and weights. */
import { type EngineOptions, type SelectedBackend, selectBackend } from "../backends/select.ts";
import { CheckpointError } from "../base/errors.ts";
import { checkSameParameters, floatsByName } from "../checkpoint/match.ts";
import { openModelDirectory } from "../checkpoint/model-directory.ts";
import { readSafetensors } from "../checkpoint/read-safetensors.ts";
import type { Config } from "../config/config.ts";
import { modelLanguages } from "../config/corpora.ts";
import type { TranslatorParts } from "../decoding/translator.ts";
import { seq2seqOptions } from "../model/options.ts";
import { Seq2Seq } from "../model/seq2seq.ts";
import { WordpieceModel } from "../text/wordpiece-model.ts";

export interface LoadedModel extends TranslatorParts {
  model: Seq2Seq;
  wordpieces: WordpieceModel;
  config: Config;
  engine: SelectedBackend;
}

/**
 * Selects the backend and loads the model onto it; dispose of `model` after use. Throws CheckpointError for a directory that
 * is no translation model or whose files don't fit together, WordpieceError, BackendError.
 */
export async function loadTranslationModel(directory: string, options: EngineOptions = {}): Promise<LoadedModel> {
  const { config, wordpieceModelPath, weightsPath } = openModelDirectory(directory);
  if (config.task !== "translation") {
    throw new CheckpointError("this is a language model, which does not translate", {
      where: directory,
      nextStep: "Give the directory of a model trained with task: translation.",
    });
  }
  const wordpieces = WordpieceModel.load(wordpieceModelPath);
  const { tensors } = readSafetensors(weightsPath);
  const engine = await selectBackend(options);
  const model = new Seq2Seq(seq2seqOptions(config, wordpieces.size), {
    seed: config.seed,
    stored: floatsByName(tensors),
  });
  const shapes = model.parameters.map(({ name, variable }) => ({ name, shape: variable.shape }));
  checkSameParameters(shapes, tensors, weightsPath);
  return { model, wordpieces, languages: modelLanguages(config), config, engine };
}
