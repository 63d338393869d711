/** Corpora of our own recipes that a configuration names and that are not there yet: a generated one is made, others are asked for. */
import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { RECIPES } from "../../data-scripts/recipes.ts";
import { reverse } from "../../data-scripts/reverse.ts";
import { DataError } from "../base/errors.ts";
import { log } from "../base/logger.ts";
import type { Config } from "../config/config.ts";

/** Looks at paths of the form data/RECIPE/…, where `nmt data` writes. Throws DataError for a recipe's corpus that must be fetched. */
export async function ensureCorpora(config: Pick<Config, "data">): Promise<void> {
  const paths = Object.values(config.data).flatMap(({ path, pathSrc, pathTgt }) => [path, pathSrc, pathTgt]);
  for (const path of paths) {
    if (typeof path !== "string" || existsSync(path)) continue;
    const [root, name, pair] = path.split(sep);
    const recipe = root === "data" ? RECIPES.find((each) => each.name === name) : undefined;
    if (recipe === undefined) continue;
    if (recipe === reverse) {
      await reverse.prepare({ output: join("data", recipe.name), progress: (message) => log.info(message) });
      continue;
    }
    const option = recipe.pairs.includes(pair ?? "") ? ` --pair ${pair}` : "";
    throw new DataError(`the corpus ${recipe.name} has not been prepared`, {
      where: path,
      nextStep: `Run nmt data ${recipe.name}${option} first.`,
    });
  }
}
