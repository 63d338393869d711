/** What the experts of a model have to do for a text: to translate it, or to score it with given translations; a language model scores it. */
import { BackendError, DataError, UsageError } from "../base/errors.ts";
import { openModelDirectory } from "../checkpoint/model-directory.ts";
import { inputLines, streamAligned } from "../data/files/corpus.ts";
import { scorePairs, scoreTexts } from "../decoding/force-score.ts";
import { lineWindows } from "../decoding/lines/line-windows.ts";
import { Translator } from "../decoding/translator.ts";
import type { ExpertLoad } from "../model/decoder-state.ts";
import { type InferenceOptions, loadLanguageModel, loadTranslationModel } from "./open-model.ts";

/** A text, as files of lines. */
export interface LoadText {
  source: string;
  /** Its translations, line by line. Default: the model's own, and all that its search looks at. */
  target?: string;
  sourceLanguage?: string;
  targetLanguage?: string;
}

/** Lines of a language model's text that are scored together. */
const WINDOW = { lines: 2000, patience: Number.POSITIVE_INFINITY };

/**
 * Layer by layer, for the whole text. Without translations these are the steps of a search with the default options, so that experts without load take no part in `nmt
 * translate`'s. Throws DataError for a text without a line for the model, BackendError where the engine that counts is missing, and as opening the model does.
 */
export async function textExpertLoad(
  directory: string,
  text: LoadText,
  engine: InferenceOptions,
): Promise<ExpertLoad[]> {
  const { task } = openModelDirectory(directory).config;
  const load = await (task === "language_model" ? loadOfTexts : loadOfTranslations)(directory, text, engine);
  if (load.every(({ positions }) => positions === 0)) {
    throw new DataError("the text has no line for the model", {
      where: text.source,
      nextStep: "Give text as the model is to read it.",
    });
  }
  return load;
}

async function loadOfTranslations(directory: string, text: LoadText, engine: InferenceOptions) {
  const { source, target, ...languages } = text;
  const loaded = await loadTranslationModel(directory, engine);
  return counted(loaded.model, async () => {
    if (target === undefined) {
      const translator = new Translator(loaded, languages);
      const lines = inputLines(source, { onLongLine: () => {} });
      for await (const _ of translator.translate(lines)) {
        // Only what its experts do for it counts.
      }
    } else {
      for await (const pairs of streamAligned(source, target, { refuseLong: true })) {
        await scorePairs(loaded, pairs, languages);
      }
    }
  });
}

async function loadOfTexts(directory: string, { source, ...others }: LoadText, engine: InferenceOptions) {
  if (Object.keys(others).length > 0) {
    throw new UsageError("a language model reads text alone", {
      where: directory,
      nextStep: "Name its text with --src and leave out --tgt, --src_lang and --tgt_lang.",
    });
  }
  const loaded = await loadLanguageModel(directory, engine);
  return counted(loaded.model, async () => {
    for await (const lines of lineWindows(inputLines(source), WINDOW)) await scoreTexts(loaded, lines);
  });
}

interface CountingModel {
  expertLoad?(): ExpertLoad[];
  dispose(): void;
}

/** What `work` is for the model's experts; the model is disposed of. */
async function counted(model: CountingModel, work: () => Promise<void>): Promise<ExpertLoad[]> {
  try {
    if (model.expertLoad === undefined) {
      throw new BackendError("only the native engine counts what experts do", {
        nextStep: "Use --backend native; nmt doctor says why it may be missing.",
      });
    }
    await work();
    return model.expertLoad();
  } finally {
    model.dispose();
  }
}
