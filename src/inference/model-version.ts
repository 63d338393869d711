/** Tells versions of a model directory apart without reading its files. */
import { dirname } from "node:path";
import { fileVersion } from "../base/file-version.ts";
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
