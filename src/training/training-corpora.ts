/** Prepares the training corpora of a configuration: cleaned, encoded, sharded once, then read as batches. */
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { corporaOf } from "../config/corpora.ts";
import type { TrainingDataOptions } from "../data/batches/batch-reader.ts";
import { formatReport } from "../data/cleaning/clean.ts";
import { cleaningRules } from "../data/cleaning/configured-rules.ts";
import { formatOverlap } from "../data/cleaning/overlap-report.ts";
import { HeldOutText } from "../data/shards/held-out.ts";
import { prepareCorpus } from "../data/shards/prepare.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";
import { isThere, plainCorpora, plainTexts } from "./plain-corpora.ts";
import { tagOf } from "./validation/validation-corpora.ts";

/** Resolves to what opens them, from the beginning. */
export async function prepareCorpora(
  config: Config,
  wordpieces: WordpieceModel,
  onMessage: (message: string) => void,
): Promise<TrainingDataOptions> {
  const corpora: { folder: string; weight: number }[] = [];
  const { overlap } = config.cleaning;
  const rules = cleaningRules(config.cleaning, onMessage);
  const heldOut = overlap === "keep" ? undefined : await heldOutText(config, onMessage);
  for (const corpus of await plainCorpora(config, "train", onMessage)) {
    const prepared = await prepareCorpus({
      ...corpus,
      wordpieces,
      tag: tagOf(config, wordpieces, corpus),
      maxLengths: { source: config.srcSeqLength, target: config.tgtSeqLength },
      cleaning: {
        maxRatio: config.maxLengthRatio,
        dropIdentical: config.dropIdentical,
        ...rules,
      },
      dropDuplicates: config.dropDuplicates,
      heldOut,
      dropHeldOut: overlap === "drop",
      outDir: join(config.saveModel, "data", corpus.name),
      threads: config.threads,
    });
    for (const line of formatReport(prepared.report)) onMessage(`${corpus.name}: ${line}`);
    const found = prepared.heldOut === undefined ? [] : formatOverlap(prepared.heldOut);
    for (const line of found) onMessage(`${corpus.name}: ${line}`);
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

/** The validation and test corpora; training needs no test files, so that those which are not there are passed over. */
async function heldOutText(config: Config, onMessage: (message: string) => void): Promise<HeldOutText | undefined> {
  const tests = corporaOf(config, "test").filter(({ name, path, pathSrc, pathTgt }) => {
    const missing = [path, pathSrc, pathTgt].find((each) => each !== undefined && !isThere(each));
    if (missing !== undefined) onMessage(`${name}: ${missing} is not there, and not looked for in training text`);
    return missing === undefined;
  });
  const corpora = [
    ...(await plainCorpora(config, "valid", onMessage)),
    ...(await plainTexts(config, tests, onMessage)),
  ];
  return corpora.length === 0 ? undefined : new HeldOutText(corpora);
}
