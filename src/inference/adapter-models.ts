/** Which of several models an adapter was trained beside. */
import { statSync } from "node:fs";
import { readAdapter } from "../checkpoint/adapter.ts";
import { modelIdentity } from "../checkpoint/model-identity.ts";
import { openTranslationDirectory } from "./model-task.ts";

/** An adapter and the models that it may be opened beside. */
export interface AdapterModels {
  /** Size of its file in bytes. */
  bytes: number;
  /** Those of the given model directories whose weights it was trained beside, or that were made of them; none where it belongs to others. */
  directories: string[];
}

/**
 * Reads the adapter of a directory, or a file of one, and the identities of the models' weights. Throws CheckpointError for what is no adapter, and
 * for models that cannot be read.
 *
 * @example adapterModels("models/manuals", ["models/general", "models/de-fr"]).directories; // ["models/general"]
 */
export function adapterModels(adapter: string, directories: readonly string[]): AdapterModels {
  const { path, base } = readAdapter(adapter);
  const fits = (directory: string) => modelIdentity(openTranslationDirectory(directory).weightsPath) === base;
  return { bytes: statSync(path).size, directories: directories.filter(fits) };
}
