/** Translates a held-out corpus with the model as it is. */
import type { Config } from "../../config/config.ts";
import { modelLanguages } from "../../config/corpora.ts";
import type { TranslateOptions } from "../../decoding/translate-options.ts";
import { bestText } from "../../decoding/translation.ts";
import { Translator, type TranslatorParts } from "../../decoding/translator.ts";
import type { Seq2Seq } from "../../model/seq2seq.ts";
import type { WordpieceModel } from "../../text/wordpiece-model.ts";
import type { TranslateCorpus, ValidationCorpus } from "./validate.ts";

export interface CorpusTranslations {
  translations: string[];
  /** Those that reached their maximum length without an end: early models have many, so they are counted, not listed. */
  cut: number;
}

/** Into the corpus's language. A line that could not be translated counts as an empty one. */
export async function translateHeldOut(
  parts: TranslatorParts,
  { targetLanguage, sourceTexts }: Pick<ValidationCorpus, "targetLanguage" | "sourceTexts">,
  options: TranslateOptions,
): Promise<CorpusTranslations> {
  const target = targetLanguage === undefined ? {} : { targetLanguage };
  const translator = new Translator(parts, { ...options, ...target }, () => {});
  const translations: string[] = [];
  for await (const translation of translator.translate(sourceTexts)) translations.push(bestText(translation));
  return { translations, cut: translator.counts.cut };
}

/** Translates the first `valid_max_sentences` of a corpus as validation does. */
export function corpusTranslator(config: Config, model: Seq2Seq, wordpieces: WordpieceModel): TranslateCorpus {
  const parts = { model, wordpieces, languages: modelLanguages(config) };
  const options = { beamSize: config.validBeamSize, batchSize: config.validBatchSize };
  return async ({ targetLanguage, sourceTexts }) => {
    const first = { targetLanguage, sourceTexts: sourceTexts.slice(0, config.validMaxSentences) };
    return (await translateHeldOut(parts, first, options)).translations;
  };
}
