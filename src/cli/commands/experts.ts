/** `nmt experts`: runs text through a model and shows what each of its experts takes, as an HTML page and JSON. */
import { basename, join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { writeFileAtomic } from "../../base/atomic-file.ts";
import { UsageError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { openModelDirectory } from "../../checkpoint/model-directory.ts";
import {
  type ExpertPart,
  type ReadOptions,
  readPairs,
  readTexts,
  type WatchedSentence,
} from "../../inference/expert-corpus.ts";
import { loadLanguageModelLayers, loadSeq2Seq } from "../../inference/open-layers.ts";
import { type WatchedModel, watchExperts } from "../../inference/watch-experts.ts";
import { type CorpusPart, type ExpertReport, expertPage } from "../../report/expert-page.ts";
import { type EngineArguments, engineOf, engineOptions } from "../engine-options.ts";
import { refuseOtherFiles } from "../own-output.ts";
import { expertParts } from "./expert-parts.ts";

interface ExpertsArguments extends EngineArguments {
  model: string;
  src: string[];
  tgt: string[] | undefined;
  src_lang: string[] | undefined;
  tgt_lang: string[] | undefined;
  output: string | undefined;
  lines: number;
  batch_size: number;
}

export const expertsCommand: CommandModule<object, ExpertsArguments> = {
  command: "experts",
  describe: "Show which words and contexts each expert of a model takes, as an HTML page and JSON",
  builder: (yargs) =>
    yargs
      .option("model", { type: "string", demandOption: true, describe: "Model directory that nmt train wrote" })
      .option("src", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "Source lines, or a language model's text; each file is a part of the corpus",
      })
      .option("tgt", {
        type: "string",
        array: true,
        describe: "Their translations, a file for each part",
        defaultDescription: "the model's own, by greedy search",
      })
      .option("src_lang", { type: "string", array: true, describe: "Language of the sources: of all, or of each part" })
      .option("tgt_lang", {
        type: "string",
        array: true,
        describe: "Target language: of all, or of each part; several with one source file make a part each",
      })
      .option("output", {
        type: "string",
        describe: "HTML file to write; the JSON file beside it ends in .json",
        defaultDescription: "experts.html in the model directory",
      })
      .option("lines", { type: "number", default: 2000, describe: "Lines of each part, the first ones; 0 for all" })
      .option("batch_size", { type: "number", default: 64, describe: "Lines run together, at most" })
      .options(engineOptions) as never,
  handler: experts,
};

async function experts(args: ExpertsArguments): Promise<void> {
  for (const [name, least] of [
    ["lines", 0],
    ["batch_size", 1],
  ] as const) {
    if (Number.isInteger(args[name]) && args[name] >= least) continue;
    throw new UsageError(`--${name} is ${args[name]}`, { nextStep: `Give a whole number from ${least} on.` });
  }
  const path = args.output ?? join(args.model, "experts.html");
  const json = path.replace(/(\.html?)?$/, ".json");
  const another = "Name another file after --output, or move this one.";
  refuseOtherFiles(path, /<title>Experts of /, "a page of nmt experts", another);
  refuseOtherFiles(json, /^\{\s*"format": 1,\s*"model": /, "the JSON file of nmt experts beside its page", another);
  const report = await watch(args, expertParts(args));
  writeFileAtomic(path, expertPage(report));
  writeFileAtomic(json, `${JSON.stringify(report, null, 1)}\n`);
  if (report.layers.length === 0) log.warn("this model is dense: it has no experts to show");
  log.info(`the experts are in ${path} and ${json}`);
}

async function watch(args: ExpertsArguments, parts: readonly ExpertPart[]): Promise<ExpertReport> {
  const { task } = openModelDirectory(args.model).config;
  const options = { lines: args.lines, batchSize: args.batch_size };
  const { model, sentences, watched } = await (task === "language_model"
    ? texts(args, parts, options)
    : translations(args, parts, options));
  try {
    const given = parts.some(({ target }) => target !== undefined);
    return {
      format: 1,
      model: basename(resolve(args.model)),
      targets: task === "language_model" ? "text" : given ? "given" : "greedy",
      parts: parts.map(({ name }, index) => ({ name, ...sizes(sentences.filter(({ part }) => part === index)) })),
      layers: await watchExperts(watched, sentences, { parts: parts.length, batchSize: args.batch_size }),
    };
  } finally {
    model.dispose();
  }
}

interface Reading {
  model: { dispose(): void };
  sentences: WatchedSentence[];
  watched: WatchedModel;
}

async function translations(
  args: ExpertsArguments,
  parts: readonly ExpertPart[],
  options: ReadOptions,
): Promise<Reading> {
  const loaded = await loadSeq2Seq(args.model, engineOf(args));
  const { model, wordpieces } = loaded;
  const run = async (batch: readonly WatchedSentence[]) => {
    await model.forceScore(
      batch.map(({ source }) => source),
      batch.map(({ target }) => target),
    );
  };
  const watched = { moeLayers: model.moeLayers, wordpieces, run };
  const read: WatchedSentence[][] = [];
  for (const [index, part] of parts.entries()) read.push(await readPairs(loaded, part, index, options));
  return { model, watched, sentences: read.flat() };
}

async function texts(args: ExpertsArguments, parts: readonly ExpertPart[], options: ReadOptions): Promise<Reading> {
  const { model, wordpieces } = await loadLanguageModelLayers(args.model, engineOf(args));
  const run = async (batch: readonly WatchedSentence[]) => {
    await model.forceScore(batch.map(({ target }) => target));
  };
  const watched = { moeLayers: model.moeLayers, wordpieces, run };
  const read: WatchedSentence[][] = [];
  for (const [index, part] of parts.entries()) read.push(await readTexts(wordpieces, part, index, options));
  return { model, watched, sentences: read.flat() };
}

function sizes(sentences: readonly WatchedSentence[]): Omit<CorpusPart, "name"> {
  return {
    lines: sentences.length,
    sourcePositions: sentences.reduce((sum, { source }) => sum + source.length, 0),
    targetPositions: sentences.reduce((sum, { target }) => sum + target.length + 1, 0),
  };
}
