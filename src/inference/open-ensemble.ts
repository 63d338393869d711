/** Opens several model directories as one translation model. */
import { readFileSync } from "node:fs";
import { CheckpointError } from "../base/errors.ts";
import { openModelDirectory } from "../checkpoint/model-directory.ts";
import { EnsembleModel } from "../decoding/ensemble.ts";
import type { TranslatorParts } from "../decoding/translator.ts";
import { type InferenceEngine, type InferenceOptions, type LoadedModel, loadTranslationModel } from "./open-model.ts";

/** Where an ensemble runs, and how its models are put together. */
export interface EnsembleOptions extends InferenceOptions {
  /** Average the models' probabilities, not their logarithms. Default false. */
  avgRawProbs?: boolean;
}

/** One or several models ready to translate; `model.dispose` frees all of them. */
export interface LoadedEnsemble extends TranslatorParts {
  /** What they run on. */
  engine: InferenceEngine;
}

/**
 * Loads models that were trained with the same wordpieces and languages, to translate as one: every step's log-probabilities are the mean of
 * theirs. One directory gives that model alone. Throws CheckpointError for models that don't go together, and as `loadTranslationModel` does.
 *
 * @example
 * import { loadEnsemble, Translator } from "gnmt-moe";
 *
 * const translator = new Translator(await loadEnsemble(["models/a", "models/b"]));
 * for await (const { hypotheses } of translator.translate(["A dog runs."])) console.log(hypotheses[0]?.text);
 */
export async function loadEnsemble(
  directories: readonly string[],
  { avgRawProbs = false, ...engine }: EnsembleOptions = {},
): Promise<LoadedEnsemble> {
  // A comparison reads every model's configuration and wordpieces, which loading does again.
  if (directories.length > 1) requireSameWordpieces(directories);
  const loaded: LoadedModel[] = [];
  try {
    for (const directory of directories) {
      loaded.push(await loadTranslationModel(directory, engine));
      requireSameLanguages(directories, loaded);
    }
  } catch (error) {
    for (const { model } of loaded) model.dispose();
    throw error;
  }
  const [first] = loaded;
  if (loaded.length === 1) return first!;
  const members = loaded.map(({ model }) => model);
  const model = new EnsembleModel(members, avgRawProbs ? "probabilities" : "log_probabilities");
  return { ...first!, model };
}

function requireSameWordpieces(directories: readonly string[]): void {
  const files = directories.map((directory) => readFileSync(openModelDirectory(directory).wordpieceModelPath));
  const other = files.findIndex((bytes) => !bytes.equals(files[0]!));
  if (other < 0) return;
  throw new CheckpointError(`its wordpieces are not those of ${directories[0]}`, {
    where: directories[other]!,
    nextStep: "Models of an ensemble share their vocabulary: train them with the same wordpiece model.",
  });
}

function requireSameLanguages(directories: readonly string[], loaded: readonly LoadedModel[]): void {
  const [first] = loaded;
  const last = loaded.at(-1)!;
  if (JSON.stringify(last.languages) === JSON.stringify(first!.languages)) return;
  throw new CheckpointError(`its languages are not those of ${directories[0]}`, {
    where: directories[loaded.length - 1]!,
    nextStep: "Models of an ensemble translate between the same languages, with the same tags.",
  });
}
