/** Opens a model directory as layers of TensorFlow.js, on any backend: slower than the engine, but its experts can be watched. */
import { type EngineOptions, type SelectedBackend, selectBackend } from "../backends/select.ts";
import { CheckpointError } from "../base/errors.ts";
import { checkAdapter, readAdapter, withAdapter } from "../checkpoint/adapter.ts";
import { checkSameParameters, floatsByName } from "../checkpoint/match.ts";
import type { ModelDirectory } from "../checkpoint/model-directory.ts";
import { modelIdentity } from "../checkpoint/model-identity.ts";
import { readSafetensors } from "../checkpoint/read-safetensors.ts";
import type { Config } from "../config/config.ts";
import { modelLanguages } from "../config/corpora.ts";
import type { ParameterSource } from "../layers/parameters.ts";
import { LanguageModel } from "../model/language-model.ts";
import { languageModelOptions, seq2seqOptions } from "../model/options.ts";
import { Seq2Seq } from "../model/seq2seq.ts";
import type { TrainableModel } from "../model/trainable-model.ts";
import type { ModelLanguages } from "../text/languages.ts";
import { loadModelWordpieces } from "../text/model-wordpieces.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";
import { openLanguageModelDirectory, openTranslationDirectory } from "./model-task.ts";

/** Where layers run, and what is added to their weights. */
export interface LayerOptions extends EngineOptions {
  /** As of InferenceOptions. */
  adapter?: string | undefined;
}

/** A model of layers; dispose of `model` after use. */
export interface LoadedLayers<Model> {
  model: Model;
  wordpieces: WordpieceModel;
  config: Config;
  engine: SelectedBackend;
}

/** A translation model of layers. */
export type LoadedSeq2Seq = LoadedLayers<Seq2Seq> & { languages: ModelLanguages };

/** Selects the backend and puts the model onto it. Throws as `loadTranslationModel` does. */
export async function loadSeq2Seq(directory: string, options: LayerOptions = {}): Promise<LoadedSeq2Seq> {
  return seq2SeqOf(openTranslationDirectory(directory), options);
}

/** The same of a directory that is open. */
export async function seq2SeqOf(files: ModelDirectory, options: LayerOptions): Promise<LoadedSeq2Seq> {
  const make = (config: Config, wordpieces: WordpieceModel, source: ParameterSource) =>
    new Seq2Seq(seq2seqOptions(config, wordpieces), source);
  const loaded = await load(files, options, make);
  return { ...loaded, languages: modelLanguages(loaded.config) };
}

/** The same of a language model. */
export async function loadLanguageModelLayers(
  directory: string,
  options: LayerOptions = {},
): Promise<LoadedLayers<LanguageModel>> {
  return languageModelOf(openLanguageModelDirectory(directory), options);
}

/** The same of a directory that is open. */
export async function languageModelOf(
  files: ModelDirectory,
  options: LayerOptions,
): Promise<LoadedLayers<LanguageModel>> {
  return load(
    files,
    options,
    (config, wordpieces, source) => new LanguageModel(languageModelOptions(config, wordpieces), source),
  );
}

async function load<Model extends TrainableModel>(
  { config, wordpieceModelPath, weightsPath }: ModelDirectory,
  options: LayerOptions,
  make: (config: Config, wordpieces: WordpieceModel, source: ParameterSource) => Model,
): Promise<LoadedLayers<Model>> {
  const wordpieces = loadModelWordpieces(wordpieceModelPath, config);
  const { tensors } = readSafetensors(weightsPath);
  const adapter = options.adapter === undefined ? undefined : readAdapter(options.adapter);
  if (adapter !== undefined) checkAdapter(adapter, modelIdentity(weightsPath), weightsPath);
  const engine = await selectBackend(options);
  const model = inFile(weightsPath, () => {
    const values = floatsByName(tensors);
    const stored = adapter === undefined ? values : withAdapter(values, adapter);
    return make(config, wordpieces, { seed: config.seed, stored });
  });
  const shapes = model.parameters.map(({ name, variable }) => ({ name, shape: variable.shape }));
  checkSameParameters(shapes, tensors, weightsPath);
  return { model, wordpieces, config, engine };
}

/** What the task throws about weights names their file. */
function inFile<T>(path: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (!(error instanceof CheckpointError) || error.where !== undefined) throw error;
    const { message, nextStep } = error;
    throw new CheckpointError(message, { where: path, cause: error, ...(nextStep !== undefined && { nextStep }) });
  }
}
