/** Translates the test corpora of a model directory's configuration and scores them. */
import type { EngineOptions } from "../backends/select.ts";
import { log } from "../base/logger.ts";
import type { TranslateOptions } from "../decoding/translate-options.ts";
import { BLEU } from "../metrics/bleu.ts";
import { CHRF } from "../metrics/chrf.ts";
import type { BalanceReport } from "../moe/expert-balance.ts";
import { translateHeldOut } from "../training/validation/translate-corpus.ts";
import type { SampleTranslation } from "../training/validation/validate.ts";
import { heldOutCorpora } from "../training/validation/validation-corpora.ts";
import { loadSeq2Seq } from "./open-layers.ts";

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

/** BLEU with the tokenizer of each corpus's target language. */
export async function evaluateHeldOut(
  directory: string,
  engine: EngineOptions,
  options: TranslateOptions = {},
): Promise<HeldOutResult[]> {
  const loaded = await loadSeq2Seq(directory, engine);
  const { model, wordpieces, config } = loaded;
  try {
    const corpora = await heldOutCorpora({ ...config, saveModel: directory }, wordpieces, "test", log.warn);
    for (const layer of model.moeLayers) layer.countsEvaluation = true;
    const results: HeldOutResult[] = [];
    for (const corpus of corpora) {
      const { name, sourceTexts: sources, references, tokenizer } = corpus;
      const { translations, cut } = await translateHeldOut(loaded, corpus, options);
      const experts: Record<string, BalanceReport> = {};
      for (const layer of model.moeLayers) {
        experts[layer.name] = layer.balance.report();
        layer.balance.reset();
      }
      results.push({
        name,
        sentences: sources.length,
        cut,
        bleu: new BLEU({ tokenize: tokenizer }).corpusScore(translations, [references]),
        chrf: new CHRF().corpusScore(translations, [references]),
        samples: sources.map((source, i) => ({ source, reference: references[i]!, translation: translations[i]! })),
        experts,
      });
    }
    return results;
  } finally {
    model.dispose();
  }
}
