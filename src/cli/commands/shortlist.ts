/** `nmt shortlist`: learns which target pieces translate each source piece, so that translation need not look at the whole vocabulary. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandModule } from "yargs";
import type { ParallelText } from "../../alignment/parallel-text.ts";
import { loadAddon, startThreads } from "../../backends/native/addon.ts";
import { CheckpointError, DataError, UsageError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { threadCount } from "../../base/threads.ts";
import { modelPaths, openModelDirectory } from "../../checkpoint/model-directory.ts";
import type { Config } from "../../config/config.ts";
import { modelLanguages } from "../../config/corpora.ts";
import { lengthBatches } from "../../decoding/lines/length-batches.ts";
import { resolveTranslateOptions } from "../../decoding/translate-options.ts";
import { type Coverage, meanOfBatches, measureCoverage } from "../../shortlist/coverage.ts";
import { learnShortlist, MOST_BEST } from "../../shortlist/learn-shortlist.ts";
import { Shortlist } from "../../shortlist/shortlist.ts";
import { writeShortlist } from "../../shortlist/shortlist-file.ts";
import { chooseTag } from "../../text/languages.ts";
import { loadModelWordpieces } from "../../text/model-wordpieces.ts";
import type { WordpieceModel } from "../../text/wordpiece-model.ts";
import { readParallelText } from "../../training/parallel-text.ts";
import { prepareCorpora } from "../../training/training-corpora.ts";
import { heldOutCorpora } from "../../training/validation/validation-corpora.ts";
import { engineOptions } from "../engine-options.ts";
import { ensureCorpora } from "../ensure-corpora.ts";

interface ShortlistArguments {
  model: string;
  src: string | undefined;
  tgt: string | undefined;
  tgt_lang: string | undefined;
  first: number;
  best: number;
  threshold: number;
  iterations: number;
  max_pairs: number;
  threads: number;
}

export const shortlistCommand: CommandModule<object, ShortlistArguments> = {
  command: "shortlist",
  describe: "Learn which target pieces translate each source piece, into a model's directory",
  builder: (yargs) =>
    yargs
      .option("model", { type: "string", demandOption: true, describe: "Model directory that nmt train wrote" })
      .option("src", {
        type: "string",
        describe: "Source lines to learn from",
        defaultDescription: "the model's training corpora",
      })
      .option("tgt", { type: "string", describe: "Their translations" })
      .option("tgt_lang", { type: "string", describe: "Their language, of a model with several target languages" })
      .option("first", {
        type: "number",
        default: 100,
        describe: "Frequent target pieces, candidates of every sentence",
      })
      .option("best", { type: "number", default: 100, describe: "Target pieces of each source piece, the best ones" })
      .option("threshold", { type: "number", default: 0, describe: "Least probability of those, from 0 to 1" })
      .option("iterations", { type: "number", default: 3, describe: "Of EM, in each direction" })
      .option("max_pairs", {
        type: "number",
        default: 2_000_000,
        describe: "Learn from so many pairs, evenly spread over the corpora; half a kilobyte of memory each",
      })
      .option("threads", engineOptions.threads) as never,
  handler: makeShortlist,
};

async function makeShortlist(args: ShortlistArguments): Promise<void> {
  checkNumbers(args);
  const { config, wordpieceModelPath } = openModelDirectory(args.model);
  if (config.task !== "translation") {
    throw new CheckpointError("this is a language model, which does not translate", {
      where: args.model,
      nextStep: "Give the directory of a model trained with task: translation.",
    });
  }
  const addon = loadAddon();
  startThreads(addon, threadCount(args.threads));
  const wordpieces = loadModelWordpieces(wordpieceModelPath, config);
  const text = await readText(args, config, wordpieces);
  const { first, best, threshold, iterations } = args;
  const onMessage = (message: string) => log.info(message);
  const content = learnShortlist(addon, text, wordpieces, { first, best, threshold, iterations, onMessage });
  const { shortlist: path } = modelPaths(args.model);
  const pairs = text.source.starts.length - 1;
  writeShortlist(path, content, wordpieces, { first, best, threshold, iterations, pairs });
  log.info(`the shortlist of ${pairs} pairs is in ${path}`);
  await printCoverage(new Shortlist(content, wordpieces), config, wordpieces);
}

function checkNumbers(args: ShortlistArguments): void {
  for (const [name, least, most] of [
    ["first", 0, undefined],
    ["best", 1, MOST_BEST],
    ["iterations", 1, undefined],
    ["max_pairs", 1, undefined],
  ] as const) {
    const value = args[name];
    if (Number.isInteger(value) && value >= least && value <= (most ?? value)) continue;
    throw outOfRange(name, value, `a whole number from ${least} ${most === undefined ? "on" : `to ${most}`}`);
  }
  const { threshold } = args;
  if (!(threshold >= 0 && threshold <= 1)) throw outOfRange("threshold", threshold, "a number from 0 to 1");
  if ((args.src === undefined) !== (args.tgt === undefined)) {
    throw new UsageError("--src and --tgt belong together", {
      nextStep: "Give both, or none to learn from the model's training corpora.",
    });
  }
}

function outOfRange(name: string, value: number, range: string): UsageError {
  return new UsageError(`--${name} is ${value}`, { nextStep: `Give ${range}.` });
}

/** Cleans and encodes as training does: the model's corpora in its own directory, where training left them, given files in a temporary one. */
async function readText(args: ShortlistArguments, own: Config, wordpieces: WordpieceModel): Promise<ParallelText> {
  const temporary = args.src === undefined ? undefined : mkdtempSync(join(tmpdir(), "nmt-shortlist-"));
  try {
    const data = temporary === undefined ? own.data : givenCorpus(args, own);
    const config = { ...own, data, saveModel: temporary ?? args.model, threads: args.threads };
    await ensureCorpora(config);
    const { corpora } = await prepareCorpora(config, wordpieces, log.info);
    const folders = corpora.map(({ folder }) => folder);
    return readParallelText(folders, wordpieces, { most: args.max_pairs });
  } finally {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

/** The given files as the one training corpus of a configuration. Throws TranslationError for a language that the model has not. */
function givenCorpus({ src, tgt, tgt_lang }: ShortlistArguments, config: Config): Config["data"] {
  const languages = modelLanguages(config);
  chooseTag(languages, tgt_lang === undefined ? {} : { targetLanguage: tgt_lang });
  const [only, ...others] = languages.targets;
  const tgtLang = tgt_lang ?? (others.length === 0 ? only : undefined);
  return { given: { pathSrc: src!, pathTgt: tgt!, tgtLang, weight: 1 } };
}

/** Of the model's validation corpora, as far as they are there: the shortlist does not need them. */
async function printCoverage(shortlist: Shortlist, config: Config, wordpieces: WordpieceModel): Promise<void> {
  try {
    for (const { name, pairs } of await heldOutCorpora(config, wordpieces, "valid", () => {})) {
      const { batchSize, batchTokens } = resolveTranslateOptions({});
      const lengths = pairs.map(({ source }) => source.length);
      const batches = [...lengthBatches(lengths, { sentences: batchSize, pieces: batchTokens })];
      const ofBatch = meanOfBatches(
        shortlist,
        batches.map((indices) => Array.from(indices, (i) => pairs[i]!.source)),
      );
      const line = coverageLine(measureCoverage(shortlist, pairs), ofBatch, batchSize, wordpieces.size);
      process.stdout.write(`${name}: ${line}\n`);
    }
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    log.warn(`how much it covers cannot be measured: ${error.where}: ${error.message}`);
  }
}

function coverageLine(coverage: Coverage, ofBatch: number, batchSize: number, size: number): string {
  const { sentences, pieces, covered, whole, candidates } = coverage;
  const percent = (part: number, all: number) => `${((100 * part) / Math.max(1, all)).toFixed(2)} %`;
  return (
    `${percent(covered, pieces)} of ${pieces} target pieces are candidates, ` +
    `all of them in ${percent(whole, sentences)} of ${sentences} sentences; of ${size} pieces, ` +
    `${candidates.toFixed(1)} are candidates of a sentence and ${ofBatch.toFixed(1)} of a batch of ${batchSize}`
  );
}
