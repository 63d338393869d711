/** Recipes of OpusCleaner: their rules run on a pair, and no step is forgotten. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readRecipe } from "../../../src/data/cleaning/opuscleaner.ts";
import { compileRules } from "../../../src/data/cleaning/text-rules.ts";
import { expectThat, type Format } from "../format.ts";

const sample = {
  version: 1,
  files: ["a.en.gz", "a.de.gz"],
  filters: [
    { filter: "max_length", parameters: { MAXLENGTH: 80, MINLENGTH: 1 }, language: null },
    { filter: "num_mismatch", parameters: { RATIO: 1, DEBUG: false }, language: null },
    { filter: "fix_wiki", parameters: { ALWAYS: true }, language: "de" },
    { filter: "opus.RegExpFilter", parameters: { regexps: ["^x+", "\\d{3}"], accept_match: false }, language: null },
    { filter: "opus.LengthFilter", parameters: { min_length: 2, max_length: 40, unit: "character" }, language: null },
  ],
};

export const recipes: Format = {
  name: "recipe of OpusCleaner",
  isText: true,
  samples: () => [{ files: { "a.filters.json": Buffer.from(JSON.stringify(sample, null, 1)) } }],
  read: (folder) => {
    const text = readFileSync(join(folder, "a.filters.json"), "utf8");
    const { rules, taken, leftOut } = readRecipe(text, "a.filters.json");
    const { filters } = JSON.parse(text) as { filters: unknown[] };
    expectThat(taken.length + leftOut.length === filters.length, "a step is neither a rule nor named");
    compileRules(rules.texts ?? {})("xx 12 ab", "xx 123 ab");
  },
};
