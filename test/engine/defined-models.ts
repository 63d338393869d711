/** Every wiring of a model with scattered parameters, as the reference runs it and as a file that the native engine opens. */
import { join } from "node:path";
import { loadAddon } from "../../src/backends/native/addon.ts";
import { writeSafetensors } from "../../src/checkpoint/write-safetensors.ts";
import type { GatingKind } from "../../src/config/choices.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { NativeLanguageModel } from "../../src/engine/native-language-model.ts";
import { type CandidatePieces, NativeTranslationModel } from "../../src/engine/native-translation-model.ts";
import { readWeightsFile, type WeightOptions } from "../../src/engine/weights-file.ts";
import { LanguageModel } from "../../src/model/language-model.ts";
import { languageModelOptions, seq2seqOptions } from "../../src/model/options.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import type { TrainableModel } from "../../src/model/trainable-model.ts";
import { namedArrays } from "../../src/training/run-files.ts";
import { scatterParameters } from "../model/definition/agreement.ts";
import { fileOf, languageModelWirings, translationWirings, vocabulary } from "../model/definition/wirings.ts";
import { toyOptions } from "../model/toy-model.ts";

/** A model of TensorFlow.js, which the definition holds, and its weights in `path`. */
export interface DefinedModel<Model, Native> {
  reference: Model;
  open: (how: WeightOptions) => Promise<Native>;
  /** The same with weights of another file. */
  openFile: (path: string, how: WeightOptions) => Promise<Native>;
}

/** Names of the wirings, and the model of each with its file in `folder`; the backend of TensorFlow.js must have been started. */
export const definedTranslationModels = translationWirings.map(([name, settings]) => ({
  name,
  make: (folder: string): DefinedModel<Seq2Seq, NativeTranslationModel> => {
    const options = seq2seqOptions(resolveConfig(fileOf("translation", settings)), vocabulary);
    const reference = new Seq2Seq(options, { seed: 3 });
    const path = scattered(reference, folder);
    const openFile = async (file: string, how: WeightOptions) =>
      NativeTranslationModel.open(readWeightsFile(loadAddon(), file, how), options);
    return { reference, openFile, open: (how) => openFile(path, how) };
  },
}));

export const definedLanguageModels = languageModelWirings.map(([name, settings]) => ({
  name,
  make: (folder: string): DefinedModel<LanguageModel, NativeLanguageModel> => {
    const options = languageModelOptions(resolveConfig(fileOf("language_model", settings)), vocabulary);
    const reference = new LanguageModel(options, { seed: 3 });
    const path = scattered(reference, folder);
    const openFile = async (file: string, how: WeightOptions) =>
      NativeLanguageModel.open(readWeightsFile(loadAddon(), file, how), options);
    return { reference, openFile, open: (how) => openFile(path, how) };
  },
}));

function scattered(model: TrainableModel, folder: string): string {
  scatterParameters(model);
  const path = join(folder, "model.safetensors");
  writeSafetensors(path, namedArrays(model.parameters));
  return path;
}

/** A translation model wider than one block of the kernels, and no multiple of it, with experts of one kind of gate; its weights lie in `folder`. */
export function wideModel(
  folder: string,
  vocabularySize: number,
  gating: GatingKind,
): (how: WeightOptions, candidates?: CandidatePieces) => Promise<NativeTranslationModel> {
  const moe = { ...toyOptions.moe!, gating, numExperts: 8, numGroups: 4, numGroupsPerToken: 2, expertHiddenSize: 21 };
  const options = { ...toyOptions, vocabularySize, embeddingSize: 40, hiddenSize: 40, weightRange: 0.2, moe };
  const reference = new Seq2Seq(options, { seed: 5 });
  const path = scattered(reference, folder);
  reference.dispose();
  return (how, candidates) => NativeTranslationModel.open(readWeightsFile(loadAddon(), path, how), options, candidates);
}
