/** Prepares the training corpora of a configuration: cleaned, encoded, sharded once, then read as batches. */
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { corporaOf } from "../config/corpora.ts";
import type { TrainingDataOptions } from "../data/batches/batch-reader.ts";
import { formatReport } from "../data/cleaning/clean.ts";
import { prepareCorpus } from "../data/shards/prepare.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";
import { tagOf } from "./validation/validation-corpora.ts";

/** Resolves to what opens them, from the beginning. */
export async function prepareCorpora(
  config: Config,
  wordpieces: WordpieceModel,
  onMessage: (message: string) => void,
): Promise<TrainingDataOptions> {
  const corpora: { folder: string; weight: number }[] = [];
  for (const corpus of corporaOf(config, "train")) {
    const prepared = await prepareCorpus({
      ...corpus,
      wordpieces,
      tag: tagOf(config, wordpieces, corpus),
      maxLengths: { source: config.srcSeqLength, target: config.tgtSeqLength },
      cleaning: {
        maxRatio: config.maxLengthRatio,
        dropIdentical: config.dropIdentical,
        ...cleaningRules(config.cleaning),
      },
      dropDuplicates: config.dropDuplicates,
      outDir: join(config.saveModel, "data", corpus.name),
      threads: config.threads,
    });
    for (const line of formatReport(prepared.report)) onMessage(`${corpus.name}: ${line}`);
    corpora.push({ folder: prepared.folder, weight: corpus.weight });
  }
  return {
    corpora,
    seed: config.seed,
    batchType: config.batchType,
    batchSize: config.batchSize,
    temperature: config.samplingTemperature,
  };
}

/** The `cleaning` map as prepareCorpus takes it; rules that are off are left out. */
function cleaningRules({ max_characters, near_duplicates, min_script_share, language_id }: Config["cleaning"]) {
  return {
    maxCharacters: max_characters,
    ...(near_duplicates > 0 && { nearDuplicateWindow: near_duplicates }),
    ...(min_script_share > 0 && { minScriptShare: min_script_share }),
    ...(language_id && { languageId: true }),
  };
}
