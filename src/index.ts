/** The public API of gnmt-moe. Nothing here chooses a backend by being imported: call `selectBackend`, or `loadTranslationModel`, which does. */

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
export type { TranslateOptions } from "./decoding/translate-options.ts";
export type { TranslatedHypothesis, Translation } from "./decoding/translation.ts";
export { Translator } from "./decoding/translator.ts";
export { type LoadedModel, loadTranslationModel } from "./inference/open-model.ts";
export { BLEU, type BleuOptions, type BleuScore, bleu, corpusBleu, sentenceBleu } from "./metrics/bleu.ts";
export { CHRF, type ChrfOptions, corpusChrf, sentenceChrf } from "./metrics/chrf.ts";
export { corpusTer, TER, type TerOptions } from "./metrics/ter.ts";
export { WordpieceModel } from "./text/wordpiece-model.ts";
export { trainWordpieces, type WordpieceTrainingOptions } from "./text/wordpiece-trainer.ts";
export { type RunReporter, type RunResult, runTraining } from "./training/run-training.ts";
