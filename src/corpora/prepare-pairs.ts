/** The frame of every recipe: which pairs are asked for, which are there already, and where each one goes. */
import { chosenPairs, type PreparedPair, pairFolder, type Recipe, type RecipeOptions } from "./recipe.ts";
import { alreadyPrepared, type CorpusIdentity } from "./write-corpus.ts";

/**
 * Prepares each missing pair with `prepare`, one after the other. Languages of a pair have no hyphens here. Throws UsageError for a pair that
 * the recipe does not have.
 *
 * @example
 * import { preparePairs, type RecipeOptions, writeCorpus } from "gnmt-moe/corpora";
 *
 * const recipe = { name: "phrases", pairs: ["en-de", "en-fr"], origin: "a phrase book", licence: "CC0" };
 * const splits = { train: [{ source: "yes", target: "ja" }], valid: [], test: [] };
 * const prepare = (options: RecipeOptions) =>
 *   preparePairs(recipe, "1", options, async (identity, folder) => writeCorpus(folder, identity, splits));
 */
export async function preparePairs(
  recipe: Pick<Recipe, "name" | "pairs" | "origin" | "licence">,
  version: string,
  { pairs: asked, output }: RecipeOptions,
  prepare: (identity: CorpusIdentity, folder: string) => Promise<PreparedPair>,
): Promise<PreparedPair[]> {
  const pairs = chosenPairs(recipe, asked);
  const prepared: PreparedPair[] = [];
  for (const pair of pairs) {
    const [source, target] = pair.split("-") as [string, string];
    const identity = { recipe, version, pair, source, target };
    const folder = pairFolder(output, pair, pairs);
    prepared.push(alreadyPrepared(folder, identity) ?? (await prepare(identity, folder)));
  }
  return prepared;
}

/** "en-de" as "de-en". */
export function reversed(pair: string): string {
  return pair.split("-").reverse().join("-");
}
