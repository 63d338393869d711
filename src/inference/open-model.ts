/**
 * Opens a model directory to translate or score with: on the native engine, or on another backend as layers of TensorFlow.js, which is
 * imported only then.
 */
import { loadAddon, type NativeAddon } from "../backends/native/addon.ts";
import { fasterPrecision } from "../backends/native/faster-precision.ts";
import type { BackendName, InferencePrecision } from "../base/engine-names.ts";
import { BackendError } from "../base/errors.ts";
import { log } from "../base/logger.ts";
import { threadCount } from "../base/threads.ts";
import { readAdapter } from "../checkpoint/adapter.ts";
import type { Config } from "../config/config.ts";
import { modelLanguages } from "../config/corpora.ts";
import type { TextScorer } from "../decoding/force-score.ts";
import type { TranslatorParts } from "../decoding/translator.ts";
import { NativeLanguageModel } from "../engine/native-language-model.ts";
import { NativeTranslationModel } from "../engine/native-translation-model.ts";
import { readWeightsFile, type WeightOptions, type WeightsFile } from "../engine/weights-file.ts";
import type { TranslationModel } from "../model/decoder-state.ts";
import { languageModelOptions, seq2seqOptions } from "../model/options.ts";
import type { ShortlistLimits } from "../shortlist/shortlist.ts";
import { loadShortlist } from "../shortlist/shortlist-file.ts";
import { loadModelWordpieces } from "../text/model-wordpieces.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";
import { openLanguageModelDirectory, openTranslationDirectory } from "./model-task.ts";

/** What a model is to run on. Every field may be left out. */
export interface InferenceOptions {
  /** A backend, or `auto` for the native engine, and where that is missing the first usable of the others. Default `auto`. */
  backend?: BackendName | "auto";
  /** CPU threads of this model on the native engine, 1024 at most; 0 = all cores that the process may use. Default 0. */
  threads?: number;
  /**
   * Arithmetic of this model's matrix products: `stored` = `int8` where its weights are quantised, else `f32`; `auto` = the same, but
   * `bf16` instead of `f32` where the processor runs it faster. `int8` needs the native engine. Default `stored`.
   */
  precision?: InferencePrecision | "stored" | "auto";
  /** Choose translations from the model's shortlist (`nmt shortlist`), whole or with fewer pieces. Needs the native engine. Default none. */
  shortlist?: ShortlistLimits | undefined;
  /** Directory or file of an adapter that was trained beside this model (`nmt finetune --adapter`), added to its weights. Default none. */
  adapter?: string | undefined;
  /**
   * Bytes of experts that stay packed in memory, at most, those of a step under way beside it; others are read again when they are used. The result is the same.
   * Needs the native engine. Default: all that were used.
   */
  expertMemory?: number | undefined;
}

/** What a model runs on. */
export interface InferenceEngine {
  /** Its name; never `auto`. */
  backend: BackendName;
  /** What runs: instruction set, threads and precision, or the library's version. */
  detail: string;
  /** Arithmetic of its matrix products. */
  precision: InferencePrecision;
}

/** A translation model ready to run; a `Translator` takes it as it is. */
export interface LoadedModel extends TranslatorParts {
  /** `dispose` frees its parameters. */
  model: TranslationModel;
  /** The vocabulary it was trained with. */
  wordpieces: WordpieceModel;
  /** The configuration it was trained with. */
  config: Config;
  /** What it runs on. */
  engine: InferenceEngine;
}

/** A language model ready to run; `scoreTexts` takes it as it is. */
export interface LoadedLanguageModel {
  /** `dispose` frees its parameters. */
  model: TextScorer & Pick<TranslationModel, "expertLoad" | "dispose">;
  /** The vocabulary it was trained with. */
  wordpieces: WordpieceModel;
  /** The configuration it was trained with. */
  config: Config;
  /** What it runs on. */
  engine: InferenceEngine;
}

/**
 * Loads a translation model; dispose of `model` after use. Several may be loaded side by side. Throws CheckpointError for a directory
 * that is no translation model or whose files don't fit together, WordpieceError, BackendError.
 *
 * @example
 * import { loadTranslationModel, Translator } from "gnmt-moe";
 *
 * const loaded = await loadTranslationModel("models/my", { threads: 2, precision: "int8" });
 * const translator = new Translator(loaded, { targetLanguage: "de" });
 * for await (const { hypotheses } of translator.translate(["A dog runs."])) console.log(hypotheses[0]?.text);
 * loaded.model.dispose();
 */
export async function loadTranslationModel(directory: string, options: InferenceOptions = {}): Promise<LoadedModel> {
  const files = openTranslationDirectory(directory);
  const addon = nativeEngine(options);
  if (addon === undefined) {
    const { seq2SeqOf } = await import("./open-layers.ts");
    return seq2SeqOf(files, layerOptions(options));
  }
  const { config } = files;
  const weights = readWeightsFile(addon, files.weightsPath, weightOptions(addon, options));
  const { wordpieces, shortlist } = whileRead(weights, () => {
    const wordpieces = loadModelWordpieces(files.wordpieceModelPath, config);
    return { wordpieces, shortlist: options.shortlist && loadShortlist(directory, wordpieces, options.shortlist) };
  });
  const candidates = shortlist && ((source: Int32Array) => shortlist.candidates([source]));
  const model = await NativeTranslationModel.open(weights, seq2seqOptions(config, wordpieces), candidates);
  return { model, wordpieces, config, engine: engineOf(addon, model), languages: modelLanguages(config) };
}

/**
 * Loads a language model; dispose of `model` after use. Throws as `loadTranslationModel` does.
 *
 * @example
 * import { loadLanguageModel, scoreTexts } from "gnmt-moe";
 *
 * const loaded = await loadLanguageModel("models/lm");
 * console.log((await scoreTexts(loaded, ["Ein Hund rennt."]))[0]?.tokens);
 * loaded.model.dispose();
 */
export async function loadLanguageModel(
  directory: string,
  options: InferenceOptions = {},
): Promise<LoadedLanguageModel> {
  const files = openLanguageModelDirectory(directory);
  const addon = nativeEngine(options);
  if (addon === undefined) {
    const { languageModelOf } = await import("./open-layers.ts");
    return languageModelOf(files, layerOptions(options));
  }
  const { config } = files;
  const weights = readWeightsFile(addon, files.weightsPath, weightOptions(addon, options));
  const wordpieces = whileRead(weights, () => loadModelWordpieces(files.wordpieceModelPath, config));
  const model = await NativeLanguageModel.open(weights, languageModelOptions(config, wordpieces));
  return { model, wordpieces, config, engine: engineOf(addon, model) };
}

/** Does what else a model needs while other threads read its weights; where that fails, they end. */
function whileRead<T>({ addon, workers }: WeightsFile, task: () => T): T {
  try {
    return task();
  } catch (error) {
    addon.closeHandle(workers);
    throw error;
  }
}

/** The addon, where it is to run the model: undefined for another backend, and with `auto` where there is no addon. */
function nativeEngine({ backend = "auto", threads }: InferenceOptions): NativeAddon | undefined {
  threadCount(threads);
  if (backend !== "auto" && backend !== "native") return undefined;
  try {
    return loadAddon();
  } catch (error) {
    if (backend === "native" || !(error instanceof BackendError)) throw error;
    log.warn(`${error.message}; using a slower backend. \`nmt doctor\` says more.`);
    return undefined;
  }
}

function weightOptions(
  addon: NativeAddon,
  { threads, precision = "stored", adapter, expertMemory }: InferenceOptions,
): WeightOptions {
  const floats = precision === "auto" ? fasterPrecision(addon) : "f32";
  const arithmetic = precision === "auto" || precision === "stored" ? { stored: floats } : precision;
  return {
    threads: threadCount(threads),
    arithmetic,
    adapter: adapter === undefined ? undefined : readAdapter(adapter),
    expertMemory,
  };
}

function engineOf(
  addon: NativeAddon,
  { arithmetic, parallelism }: { arithmetic: InferencePrecision; parallelism: number },
) {
  const threads = `${parallelism} ${parallelism === 1 ? "thread" : "threads"}`;
  return { backend: "native", detail: `${addon.isa()}, ${threads}, ${arithmetic}`, precision: arithmetic } as const;
}

/** Of a backend of TensorFlow.js. Throws BackendError for what only the engine has. */
function layerOptions({ backend = "auto", threads = 0, precision = "stored", ...options }: InferenceOptions) {
  const { shortlist, adapter, expertMemory } = options;
  if (precision === "int8" || shortlist !== undefined || expertMemory !== undefined) {
    const what =
      precision === "int8"
        ? "int8 runs"
        : shortlist !== undefined
          ? "shortlists work"
          : "experts' memory has a bound (--expert_memory)";
    throw new BackendError(`${what} on the native engine alone, and the backend is ${backend}`, {
      nextStep: "Use --backend native, or leave the option out.",
    });
  }
  return { backend, threads, precision: precision === "stored" ? "f32" : precision, adapter } as const;
}
