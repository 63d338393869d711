/** `nmt data NAME`: fetches or generates a corpus and writes it as aligned text files. */
import { join } from "node:path";
import type { CommandModule } from "yargs";
import { type Recipe, SPLITS } from "../../data-scripts/recipe.ts";
import { RECIPES } from "../../data-scripts/recipes.ts";
import { UsageError } from "../base/errors.ts";
import { log } from "../base/logger.ts";

interface DataArguments {
  name: string | undefined;
  pair: string[] | undefined;
  output: string | undefined;
  from: string | undefined;
  cache: string | undefined;
}

export const dataCommand: CommandModule<object, DataArguments> = {
  command: "data [name]",
  describe: "Fetch and prepare a corpus; without a name, list those there are",
  builder: (yargs) =>
    yargs
      .positional("name", { type: "string", describe: `Corpus: ${RECIPES.map(({ name }) => name).join(", ")}` })
      .option("pair", { type: "string", array: true, describe: "Language pairs such as en-de, or all" })
      .option("output", { type: "string", describe: "Folder to write", defaultDescription: "data/NAME[/PAIR]" })
      .option("from", { type: "string", describe: "Folder that holds the corpus's own files already; no network" })
      .option("cache", { type: "string", describe: "Folder that keeps downloads", defaultDescription: "$NMT_CACHE" }),
  handler: async ({ name, pair, output, from, cache }) => {
    if (name === undefined) {
      for (const recipe of RECIPES) process.stdout.write(`${recipe.name.padEnd(14)}${recipe.description}\n`);
      return;
    }
    const recipe = findRecipe(name);
    const folder = output ?? defaultFolder(recipe, pair);
    log.info(`${recipe.name}: ${recipe.description}`);
    log.info(`Origin: ${recipe.origin}`);
    log.info(`Licence: ${recipe.licence}`);
    const prepared = await recipe.prepare({
      output: folder,
      progress: (message) => log.info(message),
      ...(pair === undefined ? {} : { pairs: pair }),
      ...(from === undefined ? {} : { from }),
      ...(cache === undefined ? {} : { cache }),
    });
    for (const each of prepared) {
      const counts = SPLITS.map((split) => `${split} ${each.lines[split]}`).join(", ");
      log.info(`${each.pair}: ${counts} lines${each.unchanged ? ", already prepared" : ""}`);
      process.stdout.write(`${each.folder}\n`);
    }
  },
};

function findRecipe(name: string): Recipe {
  const recipe = RECIPES.find((each) => each.name === name);
  if (recipe !== undefined) return recipe;
  throw new UsageError(`There is no corpus "${name}".`, {
    where: "nmt data NAME",
    nextStep: `Use one of ${RECIPES.map((each) => each.name).join(", ")}.`,
  });
}

/** data/NAME, and a folder for the pair where the corpus has several and one is prepared. */
function defaultFolder({ name, pairs }: Recipe, asked: readonly string[] = []): string {
  const single = asked.length <= 1 && asked[0] !== "all" && pairs.length > 1;
  return single ? join("data", name, asked[0] ?? pairs[0]!) : join("data", name);
}
