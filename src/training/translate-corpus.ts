/** Translates a validation corpus's first sentences with the model as it is. */
import type { Config } from "../config/config.ts";
import { modelLanguages } from "../config/corpora.ts";
import { bestText } from "../decoding/translation.ts";
import { Translator } from "../decoding/translator.ts";
import type { Seq2Seq } from "../model/seq2seq.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";
import type { TranslateCorpus } from "./validate.ts";

/** A line that could not be translated counts as an empty one. */
export function corpusTranslator(config: Config, model: Seq2Seq, wordpieces: WordpieceModel): TranslateCorpus {
  const parts = { model, wordpieces, languages: modelLanguages(config) };
  const options = { beamSize: config.validBeamSize, batchSize: config.validBatchSize };
  return ({ targetLanguage, sourceTexts }) => {
    const target = targetLanguage === undefined ? {} : { targetLanguage };
    const translator = new Translator(parts, { ...options, ...target }, () => {});
    return translator.translate(sourceTexts.slice(0, config.validMaxSentences)).map(bestText);
  };
}
