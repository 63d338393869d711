/** `nmt data NAME`: fetches or generates a corpus and writes it as aligned text files; `nmt data testset` prints a test set. */
import { join } from "node:path";
import type { CommandModule } from "yargs";
import { RECIPES } from "../../../data-scripts/recipes.ts";
import { UsageError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { splitList } from "../../config/overrides.ts";
import { type Recipe, SPLITS } from "../../corpora/recipe.ts";
import { TEST_SETS } from "../../corpora/test-sets/test-set-registry.ts";
import { loadTestSet } from "../../corpora/test-sets/test-sets.ts";

interface DataArguments {
  name: string | undefined;
  set: string | undefined;
  language_pair: string | undefined;
  echo: "src" | "ref";
  mirror: string | undefined;
  packages: string[] | undefined;
  pair: string[] | undefined;
  output: string | undefined;
  from: string | undefined;
  cache: string | undefined;
}

export const dataCommand: CommandModule<object, DataArguments> = {
  command: "data [name] [set]",
  describe: "Fetch and prepare a corpus; without a name, list those there are",
  builder: (yargs) =>
    yargs
      .positional("name", {
        type: "string",
        describe: `Corpus: ${RECIPES.map(({ name }) => name).join(", ")}; or testset`,
      })
      .positional("set", { type: "string", describe: "After testset: its name, such as wmt14" })
      .option("pair", { type: "string", array: true, describe: "Language pairs such as en-de, or all" })
      .option("output", { type: "string", describe: "Folder to write", defaultDescription: "data/NAME[/PAIR]" })
      .option("from", { type: "string", describe: "Folder that holds the corpus's own files already; no network" })
      .option("cache", { type: "string", describe: "Folder that keeps downloads", defaultDescription: "$NMT_CACHE" })
      .option("mirror", {
        type: "string",
        describe: "Address that holds the files as HOST/PATH, instead of the recipe's",
        defaultDescription: "$NMT_MIRROR",
      })
      .option("packages", { type: "string", array: true, describe: "Debian packages that debian-l10n reads" })
      .option("language_pair", { type: "string", alias: "l", describe: "Language pair of the test set, such as en-de" })
      .option("echo", {
        choices: ["src", "ref"] as const,
        default: "src" as const,
        describe: "Side of the test set to print; several references are separated by tabs",
      }) as never,
  handler: async (args) => {
    const { name, set, output, from, cache, mirror } = args;
    const [pair, packages] = [args.pair, args.packages].map((list) => list?.flatMap(splitList));
    const options = {
      ...(from !== undefined && { from }),
      ...(cache !== undefined && { cache }),
      ...(mirror !== undefined && { mirror }),
    };
    if (name === "testset") return printTestSet(args, options);
    if (set !== undefined) throw new UsageError(`unexpected argument: ${set}`, { nextStep: "See nmt data --help." });
    if (name === undefined) {
      const others = [
        ["opus NAME", "Any corpus of OPUS; nmt data opus --list --pair en-de shows them"],
        ["hf:OWNER/NAME", "Any data set of the Hugging Face Hub that has texts in both languages"],
      ];
      const rows = [...RECIPES.map((recipe) => [recipe.name, recipe.description]), ...others];
      for (const [first, text] of rows) process.stdout.write(`${first!.padEnd(18)}${text}\n`);
      return;
    }
    const recipe = findRecipe(name);
    const folder = output ?? defaultFolder(recipe, pair);
    log.info(`${recipe.name}: ${recipe.description}`);
    log.info(`Origin: ${recipe.origin}`);
    log.info(`Licence: ${recipe.licence}`);
    log.info(`Size: ${recipe.size}`);
    log.info(`Checksums: ${recipe.checksums}`);
    const prepared = await recipe.prepare({
      output: folder,
      progress: (message) => log.info(message),
      ...options,
      ...(pair === undefined ? {} : { pairs: pair }),
      ...(packages === undefined ? {} : { packages }),
    });
    for (const each of prepared) {
      const counts = SPLITS.map((split) => `${split} ${each.lines[split]}`).join(", ");
      log.info(`${each.pair}: ${counts} lines${each.unchanged ? ", already prepared" : ""}`);
      process.stdout.write(`${each.folder}\n`);
    }
  },
};

async function printTestSet(
  { set, language_pair: pair, echo }: DataArguments,
  options: { from?: string; cache?: string; mirror?: string },
): Promise<void> {
  if (set === undefined) {
    for (const { name, pairs, languages } of TEST_SETS) {
      const list = languages === undefined ? pairs.join(" ") : `any two of ${languages.join(" ")}`;
      process.stdout.write(`${name.padEnd(18)}${list}\n`);
    }
    return;
  }
  if (pair === undefined) {
    throw new UsageError("--language_pair is missing", { nextStep: `Write nmt data testset ${set} -l en-de.` });
  }
  const { source, references } = await loadTestSet(set, pair, { ...options, progress: (text) => log.info(text) });
  const lines = echo === "src" ? source : source.map((_, i) => references.map((lines) => lines[i]!).join("\t"));
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

function findRecipe(name: string): Recipe {
  const recipe = RECIPES.find((each) => each.name === name);
  if (recipe !== undefined) return recipe;
  throw new UsageError(`There is no corpus "${name}".`, {
    where: "nmt data NAME",
    nextStep: `Use one of ${RECIPES.map((each) => each.name).join(", ")}; for others see nmt data opus and nmt data hf.`,
  });
}

/** data/NAME, and a folder for the pair where the corpus has several and one is prepared. */
function defaultFolder({ name, pairs }: Recipe, asked: readonly string[] = []): string {
  const single = asked.length <= 1 && asked[0] !== "all" && pairs.length > 1;
  return single ? join("data", name, asked[0] ?? pairs[0]!) : join("data", name);
}
