/** `nmt score`: log-probabilities of given translations, one line for each. */
import type { CommandModule } from "yargs";
import { DataError } from "../base/errors.ts";
import { log } from "../base/logger.ts";
import { type LinePair, type PairScore, scorePairs } from "../decoding/force-score.ts";
import { lineWindows } from "../decoding/line-windows.ts";
import type { TranslatorParts } from "../decoding/translator.ts";
import { type EngineArguments, engineOf, engineOptions } from "./engine-options.ts";
import { inputLines } from "./input-lines.ts";
import { openLineOutput } from "./line-output.ts";
import { loadTranslationModel } from "./load-model.ts";

interface ScoreArguments extends EngineArguments {
  model: string;
  src: string;
  tgt: string;
  output: string | undefined;
  src_lang: string | undefined;
  tgt_lang: string | undefined;
  per_token: boolean;
  normalize: boolean;
  batch_size: number;
}

/** Pairs that are read and sorted by length together. */
const WINDOW = { lines: 2000, patience: Number.POSITIVE_INFINITY };

export const scoreCommand: CommandModule<object, ScoreArguments> = {
  command: "score",
  describe: "Print the log-probability a model gives to each of the given translations",
  builder: (yargs) =>
    yargs
      .option("model", { type: "string", demandOption: true, describe: "Model directory that nmt train wrote" })
      .option("src", { type: "string", demandOption: true, describe: "Source lines" })
      .option("tgt", { type: "string", demandOption: true, describe: "Their translations, line by line" })
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
      .option("batch_size", { type: "number", default: 64, describe: "Pairs scored together, at most" })
      .options(engineOptions) as never,
  handler: score,
};

async function score(args: ScoreArguments): Promise<void> {
  const loaded = await loadTranslationModel(args.model, engineOf(args));
  try {
    await scoreLines(loaded, args);
  } finally {
    loaded.model.dispose();
  }
}

async function scoreLines(parts: TranslatorParts, args: ScoreArguments): Promise<void> {
  const output = openLineOutput(args.output);
  const options = {
    batchSize: args.batch_size,
    ...(args.src_lang === undefined ? {} : { sourceLanguage: args.src_lang }),
    ...(args.tgt_lang === undefined ? {} : { targetLanguage: args.tgt_lang }),
  };
  try {
    for await (const pairs of pairWindows(args.src, args.tgt)) {
      for (const scored of scorePairs(parts, pairs, options)) await output.write(formatScore(scored, args));
    }
    await output.close();
  } catch (error) {
    const unfinished = await output.abandon();
    if (unfinished !== undefined) log.warn(`the scores so far are in ${unfinished}`);
    throw error;
  }
}

/** Windows of line pairs. Throws DataError, with both counts, once one side has ended before the other. */
async function* pairWindows(src: string, tgt: string): AsyncGenerator<LinePair[], void, undefined> {
  const sources = lineWindows(inputLines(src), WINDOW);
  const targets = lineWindows(inputLines(tgt), WINDOW);
  let lines = 0;
  for (;;) {
    const source = (await sources.next()).value ?? [];
    const target = (await targets.next()).value ?? [];
    if (source.length !== target.length) {
      const counts = [source, target].map((window) => lines + window.length);
      for await (const rest of sources) counts[0]! += rest.length;
      for await (const rest of targets) counts[1]! += rest.length;
      throw new DataError(`${src} has ${counts[0]} lines and ${tgt} has ${counts[1]}`, {
        where: `${src} and ${tgt}`,
        nextStep: "Give files whose lines belong together one by one.",
      });
    }
    if (source.length === 0) return;
    lines += source.length;
    yield source.map((line, i) => ({ source: line, target: target[i]! }));
  }
}

/** `score`, or `score ||| piece=log-probability …`. */
export function formatScore(
  { logProbability, pieces, tokens }: PairScore,
  { per_token, normalize }: Pick<ScoreArguments, "per_token" | "normalize">,
): string {
  const total = (normalize ? logProbability / tokens.length : logProbability).toFixed(6);
  if (!per_token) return total;
  return `${total} ||| ${pieces.map((piece, t) => `${piece}=${tokens[t]!.toFixed(6)}`).join(" ")}`;
}
