/** Where the corpora of the experiments lie: as `nmt data` writes them, or as one compressed file for each side. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../src/base/errors.ts";

export type CorpusName = "tatoeba" | "multi30k";
export type Split = "train" | "valid" | "test";

export interface TextPair {
  source: string;
  target: string;
}

const PREPARED = "../shared/data";
/** The other language of each corpus's pairs with English. */
const languages: Record<CorpusName, readonly string[]> = {
  tatoeba: ["de", "fr", "es", "ja", "zh", "vi"],
  multi30k: ["de", "fr", "cs"],
};
const MULTI30K_SPLITS: Record<Split, string> = { train: "train", valid: "val", test: "test_2016_flickr" };

/** The folder that `--data` names, or the first usual one that there is. */
export function dataFolder(given: string): string {
  if (given !== "") return given;
  return existsSync(PREPARED) ? PREPARED : "data";
}

/** Both sides of a split of a pair such as `en-de`. Throws UsageError where they are missing. */
export function textPair(data: string, corpus: CorpusName, pair: string, split: Split): TextPair {
  const [source, target] = pair.split("-");
  if (source === undefined || target === undefined || (source !== "en" && target !== "en")) {
    throw new UsageError(`--pair takes English and another language, not "${pair}"`, {
      nextStep: "Write --pair en-de.",
    });
  }
  const foreign = source === "en" ? target : source;
  const [sourcePath, targetPath] = [source, target].map((language) => find(data, corpus, foreign, split, language));
  if (sourcePath !== undefined && targetPath !== undefined) return { source: sourcePath, target: targetPath };
  throw missing(`there is no ${split} text of ${corpus} ${pair}`, data, `nmt data ${corpus} --pair ${pair}`);
}

export interface LanguageFiles {
  train: string[];
  /** Validation and test sides. */
  heldOut: string[];
}

/** Every side of every pair of both corpora, each file once. Throws UsageError where there is none. */
export function allTexts(data: string): LanguageFiles {
  const train = new Set<string>();
  const heldOut = new Set<string>();
  for (const corpus of Object.keys(languages) as CorpusName[]) {
    for (const foreign of languages[corpus]) {
      for (const language of ["en", foreign]) {
        const path = (split: Split) => find(data, corpus, foreign, split, language);
        const [training, validation, test] = [path("train"), path("valid"), path("test")];
        if (training === undefined || validation === undefined) continue;
        train.add(training);
        heldOut.add(validation);
        if (test !== undefined) heldOut.add(test);
      }
    }
  }
  if (train.size > 0) return { train: [...train], heldOut: [...heldOut] };
  throw missing("there is no text to train on", data, "nmt data multi30k --pair en-de");
}

function find(data: string, corpus: CorpusName, foreign: string, split: Split, language: string): string | undefined {
  const folder = join(data, corpus);
  const compressed =
    corpus === "tatoeba" ? `tatoeba.en-${foreign}.${split}.${language}.gz` : `${MULTI30K_SPLITS[split]}.${language}.gz`;
  const prepared = [`en-${foreign}`, `${foreign}-en`].map((pair) => join(folder, pair, `${split}.${language}`));
  return [join(folder, compressed), ...prepared].find(existsSync);
}

function missing(message: string, data: string, command: string): UsageError {
  return new UsageError(message, {
    where: data,
    nextStep: `Run ${command}, and give the folder it wrote into: --data data.`,
  });
}
