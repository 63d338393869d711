/** The `cleaning` map of a configuration as rules, with those of an OpusCleaner recipe that it names. */
import { readFileSync } from "node:fs";
import { DataError } from "../../base/errors.ts";
import type { Config } from "../../config/config.ts";
import type { CleaningOptions } from "./clean.ts";
import { type CleaningRecipe, readRecipe, stricter } from "./opuscleaner.ts";
import { keptParts } from "./rules/kept-parts.ts";
import type { TextRules } from "./text-rules.ts";

/** Rules that are off are left out. `onMessage` hears what of a recipe was taken and what was not. Throws DataError for a recipe that cannot be read. */
export function cleaningRules(
  settings: Config["cleaning"],
  onMessage: (message: string) => void,
): Partial<CleaningOptions> {
  const { max_characters, near_duplicates, min_script_share, language_id, opuscleaner } = settings;
  const texts = textRules(settings);
  const own: Partial<CleaningOptions> = {
    maxCharacters: max_characters,
    ...(near_duplicates > 0 && { nearDuplicateWindow: near_duplicates }),
    ...(min_script_share > 0 && { minScriptShare: min_script_share }),
    ...(language_id && { languageId: true }),
    ...(Object.keys(texts).length > 0 && { texts }),
  };
  if (opuscleaner === undefined) return own;
  const recipe = readRecipe(textOf(opuscleaner), opuscleaner);
  for (const line of formatRecipe(recipe)) onMessage(`${opuscleaner}: ${line}`);
  return stricter(own, recipe.rules);
}

function textRules(settings: Config["cleaning"]): TextRules {
  const parts = keptParts.filter((part) => settings[part]);
  const { numbers, patterns } = settings;
  const limits = {
    repeatedCharacters: settings.repeated_characters,
    repeatedWords: settings.repeated_words,
    copySimilarity: settings.untranslated,
    minWords: settings.min_words,
    maxWords: settings.max_words,
    maxWordLength: settings.max_word_length,
    maxWordRatio: settings.max_word_ratio,
  };
  return {
    ...Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit > 0)),
    // JSON, by which prepared corpora are known, has no infinity.
    ...(numbers !== false && { numberRatio: numbers === true ? Number.MAX_VALUE : numbers }),
    ...(parts.length > 0 && { keptParts: parts }),
    ...(patterns.length > 0 && { patterns }),
  };
}

function formatRecipe({ taken, leftOut }: CleaningRecipe): string[] {
  const lines = [
    `${taken.length} of ${taken.length + leftOut.length} filters are rules here: ${taken.join(", ") || "none"}`,
  ];
  if (leftOut.length > 0) lines.push(`left out: ${leftOut.join(", ")}`);
  return lines;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new DataError(`The recipe cannot be read: ${(cause as Error).message}.`, {
      where: path,
      nextStep: "Check the path after opuscleaner in the cleaning map.",
      cause,
    });
  }
}
