/**
 * The public API of gnmt-moe: models, training, translating. Metrics, wordpieces, corpora and documents alone are `gnmt-moe/metrics`,
 * `gnmt-moe/text`, `gnmt-moe/corpora` and `gnmt-moe/documents`. Nothing here chooses a backend by being imported: call `selectBackend`, or
 * `loadTranslationModel` or `loadLanguageModel`, which do.
 */

export {
  type BackendAvailability,
  type EngineOptions,
  probeBackend,
  type SelectedBackend,
  selectBackend,
} from "./backends/select.ts";
export type { BackendName } from "./base/engine-names.ts";
export * from "./base/errors.ts";
export type { Config } from "./config/config.ts";
export { loadConfig, parseConfig } from "./config/load.ts";
export { resolveConfig } from "./config/resolve.ts";
export type { ConfigInput } from "./config/schema.ts";
export {
  type LinePair,
  type LineScore,
  type ScoreOptions,
  scorePairs,
  scoreTexts,
  type TextScorer,
} from "./decoding/force-score.ts";
export type { TranslateOptions } from "./decoding/translate-options.ts";
export type { SourceLine, TranslatedHypothesis, Translation } from "./decoding/translation.ts";
export { type TranslateRun, Translator } from "./decoding/translator.ts";
export type { Comparison } from "./finetuning/compare-models.ts";
export { type FinetuneResult, finetune } from "./finetuning/finetune.ts";
export type { FinetuneOptions } from "./finetuning/finetune-options.ts";
export { Glossary } from "./glossary/glossary.ts";
export type { GlossaryEntry } from "./glossary/glossary-entry.ts";
export { type EntriesOptions, readGlossary, readTermList } from "./glossary/read-glossary.ts";
export { type EnsembleOptions, type LoadedEnsemble, loadEnsemble } from "./inference/open-ensemble.ts";
export {
  type InferenceEngine,
  type InferenceOptions,
  type LoadedLanguageModel,
  type LoadedModel,
  loadLanguageModel,
  loadTranslationModel,
} from "./inference/open-model.ts";
export {
  BLEU,
  type BleuOptions,
  type BleuScore,
  bleu,
  CHRF,
  type ChrfOptions,
  corpusBleu,
  corpusChrf,
  corpusTer,
  type PairwiseMetric,
  sentenceBleu,
  sentenceChrf,
  TER,
  type TerOptions,
} from "./metrics/index.ts";
export { minimumBayesRisk } from "./reranking/minimum-bayes-risk.ts";
export { type NoisyChannelParts, noisyChannel } from "./reranking/noisy-channel.ts";
export type { MaskName, MaskStyle } from "./segments/masks.ts";
export type { SegmentOptions, TaggedText } from "./segments/segment-text.ts";
export { type TextCounts, textCounts } from "./segments/text-counts.ts";
export type { LineHypothesis, TranslateLines, WantedLine } from "./segments/translate-lines.ts";
export { type TextOptions, translateText, translateTexts, translateVariants } from "./segments/translate-text.ts";
export { trainWordpieces, WordpieceModel, type WordpieceTrainingOptions } from "./text/index.ts";
export { trainingReporter } from "./training/run-recorder.ts";
export { type RunReporter, type RunResult, runTraining } from "./training/run-training.ts";
