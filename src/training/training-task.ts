/** What the tasks differ in for a run: the model, and whether there are translations to validate. The rest of training is shared. */
import type { Config } from "../config/config.ts";
import type { ParameterSource } from "../layers/parameters.ts";
import { LanguageModel } from "../model/language-model.ts";
import { languageModelOptions, seq2seqOptions } from "../model/options.ts";
import { Seq2Seq } from "../model/seq2seq.ts";
import type { TrainableModel } from "../model/trainable-model.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";
import { corpusTranslator } from "./validation/translate-corpus.ts";
import type { TranslateCorpus } from "./validation/validate.ts";

export interface TrainingTask {
  model: TrainableModel;
  /** No translations, for a language model. */
  translate: TranslateCorpus;
}

/** Where a run's parameters come from, if they are not all new: a checkpoint, or another model. */
export type FirstValues = Omit<ParameterSource, "seed" | "weightRange">;

/** Makes the model of a configuration. */
export function trainingTask(config: Config, wordpieces: WordpieceModel, values: FirstValues = {}): TrainingTask {
  const source = { seed: config.seed, ...values };
  if (config.task === "language_model") {
    return { model: new LanguageModel(languageModelOptions(config, wordpieces), source), translate: async () => [] };
  }
  const model = new Seq2Seq(seq2seqOptions(config, wordpieces), source);
  return { model, translate: corpusTranslator(config, model, wordpieces) };
}
