/**
 * Noisy-channel re-ranking (Yee et al. 2019; Ng et al. 2019): translations are chosen by how well they explain their source and how probable they
 * are as text, besides the search's own log-probability.
 */
import {
  type BatchLimits,
  type ScoreOptions,
  scorePairs,
  scoreTexts,
  type TextScorer,
} from "../decoding/force-score.ts";
import type { TranslatedHypothesis, Translation } from "../decoding/translation.ts";
import type { TranslatorParts } from "../decoding/translator.ts";
import type { Wordpieces } from "../text/wordpieces.ts";

/** The models that rank, and how much they count. */
export interface NoisyChannelParts {
  /** Translates from the target language to the source's. Default: none. */
  channel?: TranslatorParts;
  /** Of the target language. Default: none. */
  languageModel?: { model: TextScorer; wordpieces: Wordpieces };
  /** λ1 of the channel; default 1. */
  channelWeight?: number;
  /** λ2 of the language model; default 1. */
  languageModelWeight?: number;
  /** The channel's languages, where it knows several: its source is the translations' target. */
  channelLanguages?: Pick<ScoreOptions, "sourceLanguage" | "targetLanguage">;
}

/**
 * The translations with each line's hypotheses in a new order, best first by
 * `log P(y|x) / |y| + λ1 · log P(x|y) / |x| + λ2 · log P(y) / |y|`, which becomes their `score`: x the source and y the hypothesis, lengths in the pieces of
 * the model that gives the probability, `</s>` included. Hypotheses that were cut at the maximum length stand below the complete ones; of equals
 * the one before stays before, and of those with the same text the best is kept. Rejects as `scorePairs` and `scoreTexts` do.
 *
 * @example
 * import { loadLanguageModel, loadTranslationModel, noisyChannel, Translator } from "gnmt-moe";
 *
 * const translator = new Translator(await loadTranslationModel("models/en-de"), { beamSize: 10, nBest: 10 });
 * const channel = await loadTranslationModel("models/de-en");
 * const languageModel = await loadLanguageModel("models/de");
 * for await (const found of translator.translate(["A dog runs."])) {
 *   const [ranked] = await noisyChannel([found], { channel, languageModel, languageModelWeight: 0.5 });
 *   console.log(ranked?.hypotheses[0]?.text);
 * }
 */
export async function noisyChannel(
  translations: readonly Translation[],
  parts: NoisyChannelParts,
  limits: BatchLimits = {},
): Promise<Translation[]> {
  const candidates = translations.flatMap(({ source, hypotheses }) =>
    hypotheses.map((hypothesis) => ({ source, hypothesis })),
  );
  const scores = candidates.map(({ hypothesis }) => perPiece(hypothesis));
  const { channel, languageModel, channelWeight = 1, languageModelWeight = 1 } = parts;
  if (channel !== undefined) {
    const pairs = candidates.map(({ source, hypothesis }) => ({ source: hypothesis.text, target: source }));
    add(scores, channelWeight, await scorePairs(channel, pairs, { ...limits, ...parts.channelLanguages }));
  }
  if (languageModel !== undefined) {
    const texts = candidates.map(({ hypothesis }) => hypothesis.text);
    add(scores, languageModelWeight, await scoreTexts(languageModel, texts, limits));
  }
  let at = 0;
  return translations.map((translation) => {
    const hypotheses = translation.hypotheses.map((hypothesis) => ({ ...hypothesis, score: scores[at++]! }));
    hypotheses.sort((a, b) => Number(b.complete) - Number(a.complete) || b.score - a.score);
    const texts = new Set<string>();
    return { ...translation, hypotheses: hypotheses.filter(({ text }) => texts.size < texts.add(text).size) };
  });
}

function perPiece({ logProbability, pieces, complete }: TranslatedHypothesis): number {
  return logProbability / Math.max(pieces.length + (complete ? 1 : 0), 1);
}

function add(
  scores: number[],
  weight: number,
  given: readonly { logProbability: number; tokens: { length: number } }[],
): void {
  given.forEach(({ logProbability, tokens }, i) => {
    scores[i]! += (weight * logProbability) / tokens.length;
  });
}
