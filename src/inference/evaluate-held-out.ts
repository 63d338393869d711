/** Translates the test corpora of a model directory's configuration and scores them. */
import type { EngineOptions } from "../backends/select.ts";
import { corporaOf } from "../config/corpora.ts";
import { readAligned } from "../data/files/corpus.ts";
import type { TranslateOptions } from "../decoding/translate-options.ts";
import { bestText } from "../decoding/translation.ts";
import { Translator } from "../decoding/translator.ts";
import { BLEU } from "../metrics/bleu.ts";
import { CHRF } from "../metrics/chrf.ts";
import type { BalanceReport } from "../moe/expert-balance.ts";
import type { SampleTranslation } from "../training/validate.ts";
import { loadTranslationModel } from "./open-model.ts";

export interface HeldOutResult {
  /** Corpus name in the configuration. */
  name: string;
  sentences: number;
  /** Translations that reached their maximum length without an end. */
  cut: number;
  bleu: ReturnType<BLEU["corpusScore"]>;
  chrf: ReturnType<CHRF["corpusScore"]>;
  samples: SampleTranslation[];
  /** By layer: how the experts were used in translating. */
  experts: Record<string, BalanceReport>;
}

export async function evaluateHeldOut(
  directory: string,
  engine: EngineOptions,
  options: TranslateOptions = {},
): Promise<HeldOutResult[]> {
  const { model, wordpieces, languages, config } = await loadTranslationModel(directory, engine);
  try {
    for (const layer of model.moeLayers) layer.countsEvaluation = true;
    return corporaOf(config, "test").map((corpus) => {
      const pairs = [...readAligned(corpus.pathSrc, corpus.pathTgt!)];
      const sources = pairs.map(({ source }) => source);
      const references = pairs.map(({ target }) => target);
      const target = config.targetTags ? { targetLanguage: corpus.tgtLang! } : {};
      // Translations cut at their maximum length are counted, not listed: early models have many.
      const translator = new Translator({ model, wordpieces, languages }, { ...options, ...target }, () => {});
      const translations = translator.translate(sources).map(bestText);
      const experts: Record<string, BalanceReport> = {};
      for (const layer of model.moeLayers) {
        experts[layer.name] = layer.balance.report();
        layer.balance.reset();
      }
      return {
        name: corpus.name,
        sentences: sources.length,
        cut: translator.counts.cut,
        bleu: new BLEU().corpusScore(translations, [references]),
        chrf: new CHRF().corpusScore(translations, [references]),
        samples: sources.map((source, i) => ({ source, reference: references[i]!, translation: translations[i]! })),
        experts,
      };
    });
  } finally {
    model.dispose();
  }
}
