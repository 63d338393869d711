/** Opens model directories of one task and refuses those of the other. */
import { CheckpointError } from "../base/errors.ts";
import { type ModelDirectory, openModelDirectory } from "../checkpoint/model-directory.ts";

/** Throws CheckpointError for a directory that holds no model, or a language model. */
export function openTranslationDirectory(directory: string): ModelDirectory {
  const files = openModelDirectory(directory);
  if (files.config.task === "translation") return files;
  throw new CheckpointError("this is a language model, which does not translate", {
    where: directory,
    nextStep: "Give the directory of a model trained with task: translation.",
  });
}

/** Throws CheckpointError for a directory that holds no model, or a translation model. */
export function openLanguageModelDirectory(directory: string): ModelDirectory {
  const files = openModelDirectory(directory);
  if (files.config.task === "language_model") return files;
  throw new CheckpointError("this is a translation model, not a language model", {
    where: directory,
    nextStep: "Give the directory of a model trained with task: language_model.",
  });
}
