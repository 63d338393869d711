/** Tells versions of model directories and other files apart without reading them. */
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { adapterPath } from "../checkpoint/adapter.ts";
import { modelPaths } from "../checkpoint/model-directory.ts";

/**
 * Identity, size and times of the files that a translation model is opened from: another text where any of them was replaced, written to or
 * removed. Reads nothing, so it is cheap enough to be asked for every second.
 */
export async function modelVersion(directory: string): Promise<string> {
  const { config, wordpieces, weights, shortlist, checkpoints } = modelPaths(directory);
  // Checkpoints, whose newest one stands in where there are no best weights yet, come and go by renames in their folder.
  const files = [dirname(config), config, wordpieces, weights, shortlist, checkpoints];
  const facts = await Promise.all(files.map((file, i) => fileVersion(file, i === 0)));
  const hasWeights = facts[3] !== "";
  return JSON.stringify(hasWeights ? facts.slice(0, 5) : facts);
}

/** The same of an adapter's directory, or its file. */
export function adapterVersion(path: string): Promise<string> {
  return fileVersion(adapterPath(path));
}

/**
 * Identity, size and times of a file or folder: another text where it was replaced or written to; empty where there is none. With `onlyIdentity`, where
 * it was replaced: a folder's times change with every file in it.
 */
export async function fileVersion(path: string, onlyIdentity = false): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return (onlyIdentity ? [dev, ino] : [dev, ino, size, mtimeNs, ctimeNs]).join(" ");
  } catch {
    return "";
  }
}
