/** `nmt data filter`: a corpus without what rules of cleaning drop, and without the pairs that two models score worst. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { UsageError } from "../../../base/errors.ts";
import { languagesOfPair } from "../../../base/languages/language-pair.ts";
import { log } from "../../../base/logger.ts";
import { Progress } from "../../../base/progress.ts";
import { openModelDirectory } from "../../../checkpoint/model-directory.ts";
import { modelIdentity } from "../../../checkpoint/model-identity.ts";
import type { Config } from "../../../config/config.ts";
import { parseConfig } from "../../../config/load.ts";
import { DEFAULT_CLEANING, formatReport } from "../../../data/cleaning/clean.ts";
import { cleaningRules } from "../../../data/cleaning/configured-rules.ts";
import { scorePairs } from "../../../decoding/force-score.ts";
import { filterCorpus, followFilter, type PairScorer } from "../../../filtering/filter-corpus.ts";
import { loadEnsemble } from "../../../inference/open-ensemble.ts";
import type { InferenceOptions } from "../../../inference/open-model.ts";
import type { Communicator } from "../../../parallel/communicator.ts";
import { asRank } from "../../as-rank.ts";
import { engineOfRank, type InferenceArguments, inferenceOptions } from "../../engine-options.ts";

interface FilterArguments extends InferenceArguments {
  src: string;
  tgt: string;
  pair: string;
  output: string;
  cleaning: string | undefined;
  opuscleaner: string | undefined;
  max_length_ratio: number;
  drop_duplicates: boolean;
  model: string[] | undefined;
  keep_best: number;
}

export const dataFilterCommand: CommandModule<object, FilterArguments> = {
  command: "filter",
  describe: "Write a corpus without what rules of cleaning drop, or given models score worst",
  builder: (yargs) =>
    yargs
      .option("src", { type: "string", demandOption: true, describe: "Source lines" })
      .option("tgt", { type: "string", demandOption: true, describe: "Their translations, line by line" })
      .option("pair", { type: "string", demandOption: true, describe: "Source and target language, such as en-de" })
      .option("output", {
        type: "string",
        default: "data/filtered",
        describe: "Folder: train.en, train.de, filter.json and cleaning.html, the report",
      })
      .option("cleaning", {
        type: "string",
        describe: "Rules as the key cleaning of a configuration has them, such as '{numbers: true, urls: true}'",
      })
      .option("opuscleaner", { type: "string", describe: "Recipe of OpusCleaner (.filters.json), as its key there" })
      .option("max_length_ratio", {
        type: "number",
        default: DEFAULT_CLEANING.maxRatio,
        describe: "Leave out pairs whose one side is this many times longer than the other",
      })
      .option("drop_duplicates", { type: "boolean", default: true, describe: "Leave out repeated pairs" })
      .option("model", {
        type: "string",
        array: true,
        describe:
          "Two models, of this pair and of the other direction: pairs are ranked by dual conditional cross-entropy",
      })
      .option("keep_best", { type: "number", default: 80, describe: "Per cent of the scored pairs that are kept" })
      .options(inferenceOptions) as never,
  handler: (args) => asRank((ranks) => filter(args, ranks)),
};

async function filter(args: FilterArguments, ranks: Communicator): Promise<void> {
  const { src, tgt, output, model, keep_best: keepBest } = args;
  if (!(keepBest > 0 && keepBest <= 100)) {
    throw new UsageError(`--keep_best is ${keepBest}`, { nextStep: "Give per cent, above 0 and up to 100." });
  }
  if (model !== undefined && model.length !== 2) {
    throw new UsageError(`--model names ${model.length} models, not two`, {
      nextStep: "Give one that translates the pair, then one of the other direction.",
    });
  }
  const languages = languagesOfPair(args.pair, "--pair");
  refuseOtherCorpus(output, languages);
  // No rank may write before all have looked.
  await ranks.barrier().ended();
  const config = configOf(args, languages);
  const cleaning = {
    ...DEFAULT_CLEANING,
    maxRatio: config.maxLengthRatio,
    ...cleaningRules(config.cleaning, log.info),
  };
  const scorer =
    model === undefined
      ? undefined
      : await openScorer([model[0]!, model[1]!], languages, await engineOfRank(args, ranks));
  const progress = new Progress({ label: "score", unit: "pairs" });
  try {
    const options = {
      pathSrc: src,
      pathTgt: tgt,
      languages,
      cleaning,
      dropDuplicates: config.dropDuplicates,
      folder: output,
      scorer,
      keepBest: keepBest / 100,
      progress: (pairs: number) => progress.update(pairs),
      ranks,
    };
    if (ranks.rank > 0) return await followFilter(ranks, options);
    const record = await filterCorpus(options);
    progress.end();
    for (const line of formatReport(record)) log.info(line);
    if (record.scored !== undefined) {
      log.info(`${record.scored} pairs scored; the worst that is kept has ${record.worstKept!.toFixed(3)}`);
    }
  } finally {
    progress.end();
    scorer?.dispose();
  }
  process.stdout.write(languages.map((language) => `${output}/train.${language}\n`).join(""));
}

/** Throws UsageError where files that no filter wrote would be replaced, the source's among them. */
function refuseOtherCorpus(folder: string, languages: readonly string[]): void {
  const names = languages.map((language) => join(folder, `train.${language}`));
  const there = names.find((name) => existsSync(name));
  if (there === undefined || existsSync(join(folder, "filter.json"))) return;
  throw new UsageError("the output is there already and is not a filtered corpus", {
    where: there,
    nextStep: "Name another folder after --output.",
  });
}

/** Rules are read as those of a configuration, with the same errors. */
function configOf(args: FilterArguments, [source, target]: readonly [string, string]): Config {
  const corpus = { path_src: args.src, path_tgt: args.tgt, src_lang: source, tgt_lang: target };
  const settings = { save_model: args.output, train_steps: 1, data: { corpus } };
  const { cleaning, opuscleaner, max_length_ratio, drop_duplicates } = args;
  const config = parseConfig(JSON.stringify(settings), "nmt data filter", {
    ...(cleaning !== undefined && { cleaning }),
    max_length_ratio,
    drop_duplicates,
  });
  if (opuscleaner === undefined) return config;
  return { ...config, cleaning: { ...config.cleaning, opuscleaner } };
}

async function openScorer(
  [forward, backward]: readonly [string, string],
  [source, target]: readonly [string, string],
  engine: InferenceOptions,
): Promise<PairScorer & { dispose(): void }> {
  const [one, other] = [await loadEnsemble([forward], engine), await loadEnsemble([backward], engine)];
  const { backend, precision } = one.engine;
  const weights = [forward, backward].map((directory) =>
    modelIdentity(openModelDirectory(resolve(directory)).weightsPath),
  );
  const entropies = async (
    loaded: typeof one,
    pairs: readonly { source: string; target: string }[],
    sourceLanguage: string,
    targetLanguage: string,
  ) => {
    const scores = await scorePairs(loaded, pairs, { sourceLanguage, targetLanguage });
    return scores.map(({ logProbability, tokens }) => -logProbability / tokens.length);
  };
  return {
    identity: JSON.stringify({ weights, backend, precision, source, target }),
    score: async (pairs) => {
      const turned = pairs.map((pair) => ({ source: pair.target, target: pair.source }));
      const there = await entropies(one, pairs, source, target);
      const back = await entropies(other, turned, target, source);
      return there.map((value, i) => [value, back[i]!] as const);
    },
    dispose: () => {
      one.model.dispose();
      other.model.dispose();
    },
  };
}
