/** `nmt finetune --model DIR --data FILE…`: makes a model better for a text of its own, and says what that changed. */
import type { CommandModule } from "yargs";
import type { BackendName, Precision } from "../../base/engine-names.ts";
import { UsageError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { formatDuration } from "../../base/progress.ts";
import { untilStopped } from "../../base/stop-signal.ts";
import { alignColumns } from "../../base/text-table.ts";
import type { Comparison } from "../../finetuning/compare-models.ts";
import { finetune } from "../../finetuning/finetune.ts";
import { engineOptions } from "../engine-options.ts";

interface FinetuneArguments {
  model: string;
  data: string[];
  pair: string | undefined;
  output: string | undefined;
  general: string[] | undefined;
  general_share: number;
  steps: number | undefined;
  minutes: number | undefined;
  learning_rate: number | undefined;
  new_wordpieces: number;
  freeze: string[] | undefined;
  adapter: number | undefined;
  retain_within: number;
  seed: number;
  backend: BackendName | "auto";
  threads: number;
  precision: Precision | "auto" | undefined;
}

export const finetuneCommand: CommandModule<object, FinetuneArguments> = {
  command: "finetune",
  describe: "Make a model better for text of your own; the same command again resumes",
  builder: (yargs) =>
    yargs
      .option("model", { type: "string", demandOption: true, describe: "Model directory to start from" })
      .option("data", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "Text to learn: TMX, XLIFF, PO and others, folders of them, plain files in twos; a part is held out",
      })
      .option("pair", { type: "string", describe: "Languages of the text, such as en-de (default: the model's)" })
      .option("output", { type: "string", describe: "Model directory to write (default: MODEL-finetuned)" })
      .option("general", {
        type: "string",
        array: true,
        describe:
          "General text to mix in, likewise, or none (default: the model's own training text, where it is there)",
      })
      .option("general_share", {
        type: "number",
        default: 0.5,
        describe: "Share of the pairs drawn that are general text",
      })
      .option("retain_within", { type: "number", default: 1, describe: "BLEU that general text may lose" })
      .option("steps", { type: "number", describe: "Steps at most (default: five times through the text)" })
      .option("minutes", { type: "number", describe: "Minutes of training at most (default: no limit)" })
      .option("learning_rate", {
        type: "number",
        describe: "Peak of the learning rate (default: a quarter of the model's, of an adapter all of it)",
      })
      .option("new_wordpieces", { type: "number", default: 0, describe: "Wordpieces to learn from the text and add" })
      .option("freeze", {
        type: "string",
        array: true,
        describe: "Parameters that stay as they are, such as encoder.*",
      })
      .option("adapter", {
        type: "number",
        describe: "Train an adapter of this rank (such as 8) beside the model, which stays as it is, into --output",
      })
      .option("seed", { type: "number", default: 1, describe: "Of what is held out, of order and of dropout" })
      .option("threads", engineOptions.threads)
      .option("backend", engineOptions.backend)
      .option("precision", {
        choices: engineOptions.precision.choices,
        describe: `${engineOptions.precision.describe} (default: the model's)`,
      }) as never,
  handler: async (args) => {
    const output = args.output ?? `${args.model.replace(/\/+$/, "")}-finetuned`;
    checkNumbers(args);
    const started = performance.now();
    const result = await untilStopped((signal) =>
      finetune(
        {
          model: args.model,
          data: args.data,
          output,
          languages: languagesOf(args.pair),
          general: generalOf(args.general),
          generalShare: args.general_share,
          steps: args.steps,
          minutes: args.minutes,
          learningRate: args.learning_rate,
          newWordpieces: args.new_wordpieces,
          freeze: args.freeze,
          adapter: args.adapter,
          retainWithin: args.retain_within,
          seed: args.seed,
          backend: args.backend,
          threads: args.threads,
          precision: args.precision,
        },
        signal,
      ),
    );
    if (result.run.reason === "stopped") return;
    process.stdout.write(`${comparisonTable(result.comparisons)}\n`);
    if (!result.changed) {
      log.warn(
        `every validation lost more than ${args.retain_within} BLEU of general text: the model is the one it began with; give more of it (--general, --general_share), or a lower --learning_rate`,
      );
    }
    log.info(
      `done in ${formatDuration((performance.now() - started) / 1000)}; translate with: nmt translate ${translateOptions(args, output)}`,
    );
  },
};

/** The options that name what was made. */
function translateOptions({ model, adapter }: FinetuneArguments, output: string): string {
  return adapter === undefined ? `--model ${output}` : `--model ${model} --adapter ${output}`;
}

function languagesOf(pair: string | undefined): [string, string] | undefined {
  if (pair === undefined) return undefined;
  const [source, target, ...rest] = pair.split("-");
  if (source && target && rest.length === 0) return [source, target];
  throw new UsageError(`--pair is ${pair}`, { nextStep: "Write source and target language, such as en-de." });
}

/** `none` is no general text; absent, it is the model's own. */
function generalOf(files: string[] | undefined): string[] | undefined {
  return files?.length === 1 && files[0] === "none" ? [] : files;
}

function checkNumbers(args: FinetuneArguments): void {
  const share = args.general_share;
  if (!(share >= 0 && share < 1)) {
    throw new UsageError(`--general_share is ${share}`, { nextStep: "Give a share from 0 on and below 1." });
  }
  for (const name of ["steps", "minutes", "learning_rate"] as const) {
    const value = args[name];
    if (value !== undefined && !(value > 0)) {
      throw new UsageError(`--${name} is ${value}`, { nextStep: "Give more than 0, or leave it out." });
    }
  }
  if (args.adapter !== undefined && !(Number.isInteger(args.adapter) && args.adapter > 0)) {
    throw new UsageError(`--adapter is ${args.adapter}`, { nextStep: "Give its rank, such as 8." });
  }
  if (args.adapter !== undefined && args.new_wordpieces > 0) {
    throw new UsageError("--adapter and --new_wordpieces", {
      nextStep: "Leave one out: an adapter leaves the model's wordpieces as they are.",
    });
  }
  if (!(Number.isInteger(args.new_wordpieces) && args.new_wordpieces >= 0)) {
    throw new UsageError(`--new_wordpieces is ${args.new_wordpieces}`, { nextStep: "Give a whole number." });
  }
}

/** Scores before and after, side by side. */
function comparisonTable(comparisons: readonly Comparison[]): string {
  const number = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(2));
  const difference = (before: number | undefined, after: number) => {
    if (before === undefined) return "";
    const change = after - before;
    return `${change < 0 ? "−" : "+"}${Math.abs(change).toFixed(2)}`;
  };
  return alignColumns([
    ["held out", "texts", "BLEU before", "after", "", "perplexity per word before", "after"],
    ...comparisons.map(({ name, sentences, before, after }) => [
      name,
      String(sentences),
      number(before?.bleu),
      number(after.bleu),
      difference(before?.bleu, after.bleu),
      number(before?.wordPerplexity),
      number(after.wordPerplexity),
    ]),
  ]);
}
