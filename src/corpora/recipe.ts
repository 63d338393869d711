/** What a corpus recipe is: a corpus by name, fetched or generated, written as aligned files with a description beside them. */
import { join } from "node:path";
import { UsageError } from "../base/errors.ts";
import type { SourcePlaces } from "./fetch/source-file.ts";

/** The splits that every corpus has; their names begin its file names. */
export const SPLITS = ["train", "valid", "test"] as const;
/** `train` to learn from, `valid` to watch training with, `test` to report. */
export type Split = (typeof SPLITS)[number];

/** What to prepare, and where from and to. */
export interface RecipeOptions extends SourcePlaces {
  /** Language pairs to prepare, "en-de"; empty: the recipe's default pair. */
  pairs?: readonly string[];
  /** Folder to write; several pairs get a folder each inside it. */
  output: string;
  /** Packages to take texts from, for recipes that read packages; absent: the recipe's own choice. */
  packages?: readonly string[];
}

/** One prepared language pair: `folder/train.SOURCE`, `folder/train.TARGET` and so on, and `folder/corpus.json`. */
export interface PreparedPair {
  /** Source and target language, such as `en-de`. */
  pair: string;
  /** Language code, the ending of the source files. */
  source: string;
  /** Language code, the ending of the target files. */
  target: string;
  /** Folder of the files. */
  folder: string;
  /** Aligned lines of each split. */
  lines: Record<Split, number>;
  /** True when the folder already held exactly this corpus. */
  unchanged: boolean;
}

/** A corpus by name: what it is, and how it is prepared. */
export interface Recipe {
  /** Lower case, as on the command line. */
  name: string;
  /** What the corpus is, for people. */
  description: string;
  /** Licence of the texts, for people. */
  licence: string;
  /** Where the texts come from, for people. */
  origin: string;
  /** What is to be downloaded, for people. */
  size: string;
  /** How downloads are known to be the published ones, for people. */
  checksums: string;
  /** Pairs that can be asked for; the first is the default. */
  pairs: readonly string[];
  /** Throws UsageError for a pair it does not have, DownloadError where the network fails, DataError for damaged files. */
  prepare(options: RecipeOptions): Promise<PreparedPair[]>;
}

/**
 * The language pairs asked for, checked against those the recipe has; none: its first. "all" means every pair. Throws UsageError for one it
 * has not.
 *
 * @example
 * import { chosenPairs } from "gnmt-moe/corpora";
 *
 * chosenPairs({ name: "phrases", pairs: ["en-de", "en-fr"] }, ["all"]); // ["en-de", "en-fr"]
 */
export function chosenPairs(recipe: Pick<Recipe, "name" | "pairs">, asked: readonly string[] = []): string[] {
  if (asked.length === 0) return [recipe.pairs[0]!];
  if (asked.includes("all")) return [...recipe.pairs];
  for (const pair of asked) {
    if (recipe.pairs.includes(pair)) continue;
    throw new UsageError(`The corpus ${recipe.name} has no language pair "${pair}".`, {
      where: "--pair",
      nextStep: `Use one or more of ${recipe.pairs.join(", ")}, or all.`,
    });
  }
  return [...new Set(asked)];
}

/** Source and target language of a pair: one of the two is always `pivot`, and codes may hold hyphens themselves. */
export function pairLanguages(pair: string, pivot: string): { source: string; target: string } {
  return pair.startsWith(`${pivot}-`)
    ? { source: pivot, target: pair.slice(pivot.length + 1) }
    : { source: pair.slice(0, -pivot.length - 1), target: pivot };
}

/** Folder of one pair: the output itself, or a folder inside it where several pairs are prepared. */
export function pairFolder(output: string, pair: string, pairs: readonly string[]): string {
  return pairs.length === 1 ? output : join(output, pair);
}
