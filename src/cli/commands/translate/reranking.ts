/** What `nmt translate` does with a line's translations before it prints them: minimum Bayes risk, or re-ranking by other models. */
import { log } from "../../../base/logger.ts";
import { lineWindows } from "../../../decoding/lines/line-windows.ts";
import type { Translation } from "../../../decoding/translation.ts";
import type { Translator } from "../../../decoding/translator.ts";
import { type InferenceOptions, loadLanguageModel, loadTranslationModel } from "../../../inference/open-model.ts";
import { BLEU } from "../../../metrics/bleu.ts";
import { CHRF } from "../../../metrics/chrf.ts";
import type { PairwiseMetric } from "../../../metrics/pairwise-scores.ts";
import { tokenizersFor } from "../../../metrics/tokenizers/for-language.ts";
import { minimumBayesRisk } from "../../../reranking/minimum-bayes-risk.ts";
import { type NoisyChannelParts, noisyChannel } from "../../../reranking/noisy-channel.ts";
import { type RerankArguments, rerankWeights } from "./rerank-options.ts";

/** A stage between the translator and the output. */
export interface Reranking {
  /** The translations in their order, with at most `n_best` hypotheses where they were chosen. */
  rank(translations: AsyncIterable<Translation>): AsyncIterable<Translation>;
  /** Releases the models. */
  dispose(): void;
}

/** What the lines are translated from and to, where that is known. */
export interface Direction {
  source: string | undefined;
  target: string | undefined;
}

/** Lines that are scored together, and how long to wait for one more. */
const WINDOW = { lines: 64, patience: 20 };

/** Opens the models that the options name, as `engine` says. Throws as `loadTranslationModel` does. */
export async function openReranking(
  args: RerankArguments,
  { source, target }: Direction,
  engine: InferenceOptions,
): Promise<Reranking> {
  const dispose = () => {};
  if (args.mbr !== undefined) return { rank: byRisk(await metricOf(args.mbr, target), args.n_best), dispose };
  const { rerank_model: model, rerank_lm: lm } = args;
  if (model === undefined && lm === undefined) return { rank: (translations) => translations, dispose };
  const [channelWeight, languageModelWeight] = rerankWeights(args);
  const parts: NoisyChannelParts = { channelWeight, languageModelWeight };
  const opened: { dispose(): void }[] = [];
  const close = () => {
    for (const each of opened) each.dispose();
  };
  try {
    if (model !== undefined) {
      const channel = await loadTranslationModel(model, engine);
      opened.push(channel.model);
      const { sources, targets } = channel.languages;
      parts.channel = channel;
      parts.channelLanguages = {
        ...(target !== undefined && sources.includes(target) && { sourceLanguage: target }),
        ...(source !== undefined && targets.includes(source) && { targetLanguage: source }),
      };
    }
    if (lm !== undefined) {
      const languageModel = await loadLanguageModel(lm, engine);
      opened.push(languageModel.model);
      parts.languageModel = languageModel;
    }
  } catch (error) {
    close();
    throw error;
  }
  return { rank: byModels(parts, args.n_best), dispose: close };
}

/** A translator whose hypotheses are chosen anew. */
export function ranked(translator: Translator, { rank }: Reranking) {
  return {
    get counts() {
      return translator.counts;
    },
    translate: (...given: Parameters<Translator["translate"]>) => rank(translator.translate(...given)),
    reportLongLine: (line: number) => translator.reportLongLine(line),
  };
}

function byRisk(metric: PairwiseMetric, nBest: number): Reranking["rank"] {
  return async function* rank(translations) {
    for await (const translation of translations) yield shortened(minimumBayesRisk(translation, metric), nBest);
  };
}

function byModels(parts: NoisyChannelParts, nBest: number): Reranking["rank"] {
  return async function* rank(translations) {
    for await (const window of lineWindows(withTexts(translations), WINDOW)) {
      const ranked = await noisyChannel(
        window.map(({ translation }) => translation),
        parts,
      );
      for (const translation of ranked) yield shortened(translation, nBest);
    }
  };
}

async function* withTexts(translations: AsyncIterable<Translation>) {
  for await (const translation of translations) yield { text: translation.source, translation };
}

function shortened(translation: Translation, nBest: number): Translation {
  return { ...translation, hypotheses: translation.hypotheses.slice(0, nBest) };
}

async function metricOf(name: "chrf" | "bleu", language: string | undefined): Promise<PairwiseMetric> {
  if (name === "chrf") return new CHRF();
  const [tokenize] = await tokenizersFor([language], log.warn);
  return new BLEU({ tokenize: tokenize!, effectiveOrder: true });
}
