/** `nmt score`: log-probabilities of given translations, or of lines of text by a language model, one line for each. */
import type { CommandModule } from "yargs";
import { UsageError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { openModelDirectory } from "../../checkpoint/model-directory.ts";
import { releaseInput } from "../../data/files/bytes.ts";
import { inputLines, streamAligned } from "../../data/files/corpus.ts";
import { type LineScore, scorePairs, scoreTexts } from "../../decoding/force-score.ts";
import { lineWindows } from "../../decoding/lines/line-windows.ts";
import { loadLanguageModel, loadTranslationModel } from "../../inference/open-model.ts";
import { splitWords } from "../../metrics/white-space.ts";
import { adapterOf, adapterOption, engineOf, type InferenceArguments, inferenceOptions } from "../engine-options.ts";
import { openLineOutput } from "../line-output.ts";

interface ScoreArguments extends InferenceArguments {
  model: string;
  src: string;
  tgt: string | undefined;
  output: string | undefined;
  src_lang: string | undefined;
  tgt_lang: string | undefined;
  per_token: boolean;
  normalize: boolean;
  batch_size: number;
  adapter: string | undefined;
}

/** Lines that are read and sorted by length together. */
const WINDOW = { lines: 2000, patience: Number.POSITIVE_INFINITY };

export const scoreCommand: CommandModule<object, ScoreArguments> = {
  command: "score",
  describe: "Print the log-probability a model gives to each of the given translations or lines of text",
  builder: (yargs) =>
    yargs
      .option("model", { type: "string", demandOption: true, describe: "Model directory that nmt train wrote" })
      .option("src", {
        type: "string",
        demandOption: true,
        describe: "Source lines, or a language model's text; - is standard input",
      })
      .option("tgt", { type: "string", describe: "Their translations, line by line, or -; none for a language model" })
      .option("output", { type: "string", describe: "File to write", defaultDescription: "standard output" })
      .option("src_lang", { type: "string", describe: "Language of the source" })
      .option("tgt_lang", { type: "string", describe: "Language of the translations, for models that know several" })
      .option("per_token", {
        type: "boolean",
        default: false,
        describe: "Append ||| and piece=log-probability for each piece, </s> included",
      })
      .option("normalize", {
        type: "boolean",
        default: false,
        describe: "Divide by the number of pieces, </s> included",
      })
      .option("batch_size", { type: "number", default: 64, describe: "Lines scored together, at most" })
      .options(adapterOption)
      .options(inferenceOptions) as never,
  handler: score,
};

async function score(args: ScoreArguments): Promise<void> {
  const { task } = openModelDirectory(args.model).config;
  const { model, scores } = await (task === "language_model" ? textScores(args) : translationScores(args));
  try {
    await writeScores(scores, args);
  } finally {
    model.dispose();
  }
}

async function writeScores(scores: AsyncIterable<LineScore>, args: ScoreArguments): Promise<void> {
  const output = openLineOutput(args.output);
  try {
    for await (const scored of scores) await output.write(formatScore(scored, args));
    await output.close();
  } catch (error) {
    for (const path of [args.src, args.tgt]) if (path !== undefined) releaseInput(path);
    const unfinished = await output.abandon();
    if (unfinished !== undefined) log.warn(`the scores so far are in ${unfinished}`);
    throw error;
  }
}

/** A model and what it gives to each line of the input, in order. */
interface Scoring {
  model: { dispose(): void };
  scores: AsyncIterable<LineScore>;
}

async function translationScores({ src, tgt, ...args }: ScoreArguments): Promise<Scoring> {
  if (tgt === undefined) {
    throw new UsageError("--tgt is missing: this model scores translations", {
      where: args.model,
      nextStep: "Name the file with the translations of --src, line by line.",
    });
  }
  const options = {
    batchSize: args.batch_size,
    ...(args.src_lang === undefined ? {} : { sourceLanguage: args.src_lang }),
    ...(args.tgt_lang === undefined ? {} : { targetLanguage: args.tgt_lang }),
  };
  const loaded = await loadTranslationModel(args.model, { ...engineOf(args), ...adapterOf(args) });
  async function* scores(): AsyncGenerator<LineScore, void, undefined> {
    for await (const pairs of streamAligned(src, tgt!, { refuseLong: true })) {
      yield* await scorePairs(loaded, pairs, options);
    }
  }
  return { model: loaded.model, scores: scores() };
}

/** At the end of the text its perplexity is told. */
async function textScores(args: ScoreArguments): Promise<Scoring> {
  const needless = (["tgt", "src_lang", "tgt_lang"] as const).find((option) => args[option] !== undefined);
  if (needless !== undefined) {
    throw new UsageError(`--${needless} is given, but a language model scores the lines of --src alone`, {
      where: args.model,
      nextStep: `Leave out --${needless}.`,
    });
  }
  const loaded = await loadLanguageModel(args.model, { ...engineOf(args), ...adapterOf(args) });
  async function* scores(): AsyncGenerator<LineScore, void, undefined> {
    const total = { logProbability: 0, pieces: 0, words: 0 };
    for await (const lines of lineWindows(inputLines(args.src), WINDOW)) {
      for (const [i, scored] of (await scoreTexts(loaded, lines, { batchSize: args.batch_size })).entries()) {
        total.logProbability += scored.logProbability;
        total.pieces += scored.tokens.length;
        total.words += splitWords(lines[i]!).length + 1;
        yield scored;
      }
    }
    if (total.pieces === 0) return;
    const perplexity = (units: number) => Math.exp(-total.logProbability / units).toFixed(2);
    const [byPiece, byWord] = [perplexity(total.pieces), perplexity(total.words)];
    log.info(`perplexity ${byPiece} per wordpiece, ${byWord} per word; ends of lines count as both`);
  }
  return { model: loaded.model, scores: scores() };
}

/** `score`, or `score ||| piece=log-probability …`. */
export function formatScore(
  { logProbability, pieces, tokens }: LineScore,
  { per_token, normalize }: Pick<ScoreArguments, "per_token" | "normalize">,
): string {
  const total = (normalize ? logProbability / tokens.length : logProbability).toFixed(6);
  if (!per_token) return total;
  return `${total} ||| ${pieces.map((piece, t) => `${piece}=${tokens[t]!.toFixed(6)}`).join(" ")}`;
}
