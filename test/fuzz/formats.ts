/** Every kind of file that is fuzzed. */
import type { Format } from "./format.ts";
import { archives, testSets } from "./formats/archives.ts";
import { checkpoints, trainerStates } from "./formats/checkpoints.ts";
import { configurations } from "./formats/configurations.ts";
import { documents } from "./formats/documents.ts";
import { glossaries } from "./formats/glossaries.ts";
import { imports } from "./formats/imports.ts";
import { languagePacks } from "./formats/language-packs.ts";
import { engineDirectories, modelDirectories } from "./formats/model-directory.ts";
import { recipes } from "./formats/recipes.ts";
import { runLogs } from "./formats/run-logs.ts";
import { safetensors } from "./formats/safetensors.ts";
import { preparedAgain, shards } from "./formats/shards.ts";
import { shortlists } from "./formats/shortlists.ts";
import { sources } from "./formats/sources.ts";
import { compressedTexts, plainTexts, tabSeparated, trainingTexts } from "./formats/texts.ts";
import { bpeModels, unigramModels } from "./formats/wordpieces.ts";

export const FORMATS: readonly Format[] = [
  bpeModels,
  unigramModels,
  safetensors,
  shortlists,
  modelDirectories,
  engineDirectories,
  checkpoints,
  trainerStates,
  shards,
  preparedAgain,
  plainTexts,
  tabSeparated,
  trainingTexts,
  ...compressedTexts,
  configurations,
  recipes,
  runLogs,
  ...archives,
  languagePacks,
  testSets,
  ...documents,
  ...imports,
  ...glossaries,
  ...sources,
];
