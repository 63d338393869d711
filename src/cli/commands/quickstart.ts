/** `nmt quickstart`: from nothing to a translator with its BLEU: real text, wordpieces, training, evaluation, samples. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { CommandModule } from "yargs";
import { vscodeL10n } from "../../../data-scripts/vscode-l10n.ts";
import { selectBackend } from "../../backends/select.ts";
import { writeFileAtomic } from "../../base/atomic-file.ts";
import { UsageError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { packageFolder } from "../../base/package-folder.ts";
import { formatCount, formatDuration } from "../../base/progress.ts";
import { untilStopped } from "../../base/stop-signal.ts";
import { threadCount } from "../../base/threads.ts";
import { splitList } from "../../config/overrides.ts";
import { resolveConfig } from "../../config/resolve.ts";
import type { ConfigInput } from "../../config/schema.ts";
import type { PreparedPair } from "../../corpora/recipe.ts";
import { evaluateHeldOut } from "../../inference/evaluate-held-out.ts";
import { trainingReporter } from "../../training/run-recorder.ts";
import { runTraining } from "../../training/run-training.ts";
import type { SampleTranslation } from "../../training/validation/validate.ts";
import { engineOptions } from "../engine-options.ts";

interface QuickstartArguments {
  pairs: string;
  minutes: number;
  output: string;
  data: string;
  threads: number;
  backend: "auto";
}

const SAMPLES = 10;
/** Interface texts are short, and with the usual 0.6 translations come out shorter than references. */
const LENGTH_PENALTY = 1;

export const quickstartCommand: CommandModule<object, QuickstartArguments> = {
  command: "quickstart",
  describe: "Fetch real text, train a translator for a few minutes, and show what it can do",
  builder: (yargs) =>
    yargs
      .option("pairs", {
        type: "string",
        default: "en-de",
        describe: "Language pairs, such as en-de,en-fr: one model for all",
      })
      .option("minutes", { type: "number", default: 5, describe: "Training time" })
      .option("output", { type: "string", default: "models/quickstart", describe: "Model directory" })
      .option("data", { type: "string", default: "data/vscode-l10n", describe: "Folder for the corpus" })
      .option("threads", engineOptions.threads)
      .option("backend", {
        type: "string",
        default: "auto",
        describe: "auto, gpu, native, tfjs-node, wasm or cpu",
      }) as never,
  handler: async (args) => {
    const started = performance.now();
    if (!(args.minutes > 0)) throw new UsageError(`--minutes is ${args.minutes}`, { nextStep: "Give more than 0." });
    threadCount(args.threads); // before the corpus is fetched
    const pairs = splitList(args.pairs);
    log.info(`1/4 data: ${vscodeL10n.description} (${vscodeL10n.licence})`);
    const corpora = await prepare(args.data, pairs);
    const config = resolveConfig(quickstartConfig(corpora, args), "configs/two-cores/quickstart.yaml");
    const backend = await selectBackend(config);
    log.info(`2/4 training for ${args.minutes} ${args.minutes === 1 ? "minute" : "minutes"} into ${args.output}`);
    const run = await untilStopped((signal) => runTraining(config, trainingReporter(config, backend), signal));
    if (run.reason === "stopped") return;
    log.info("3/4 translating held-out texts, none of which shares its English with training");
    const results = await evaluateHeldOut(
      args.output,
      { backend: args.backend, threads: args.threads, precision: "auto" },
      { lengthPenalty: LENGTH_PENALTY },
    );
    const mean = (pick: (result: (typeof results)[number]) => number) =>
      results.reduce((sum, result) => sum + pick(result), 0) / results.length;
    const summary = {
      bleu: mean(({ bleu }) => bleu.score),
      chrf: mean(({ chrf }) => chrf.score),
      seconds_train: run.state.trainSeconds,
      seconds_total: (performance.now() - started) / 1000,
      tokens_per_second: run.state.targetTokens / run.state.trainSeconds,
      backend: backend.backend,
      params: run.parameters,
    };
    writeFileAtomic(join(args.output, "result.json"), `${JSON.stringify(summary, null, 2)}\n`);
    log.info("4/4 results");
    for (const result of results) print(describeResult(result));
    print(
      `model: ${args.output} (${formatCount(run.parameters)} parameters, ${Math.round(summary.tokens_per_second)} target tokens/s on ${backend.backend})`,
    );
    print(`time: ${formatDuration(summary.seconds_train)} training, ${formatDuration(summary.seconds_total)} in all`);
    print(nextCommands(args, pairs));
  },
};

async function prepare(output: string, pairs: string[]): Promise<PreparedPair[]> {
  const progress = (message: string) => log.info(`  ${message}`);
  const prepared: PreparedPair[] = [];
  for (const pair of pairs)
    prepared.push(...(await vscodeL10n.prepare({ pairs: [pair], output: join(output, pair), progress })));
  return prepared;
}

/** configs/two-cores/quickstart.yaml with these corpora, model directory and time. */
function quickstartConfig(corpora: readonly PreparedPair[], args: QuickstartArguments): ConfigInput {
  const file = readFileSync(join(packageFolder(), "configs/two-cores/quickstart.yaml"), "utf8");
  const data: ConfigInput["data"] = {};
  for (const { pair, folder, source, target } of corpora) {
    const name = pair.replaceAll("-", "_");
    for (const [prefix, split] of [
      ["vscode", "train"],
      ["valid", "valid"],
      ["test", "test"],
    ] as const) {
      data[`${prefix}_${name}`] = {
        path_src: join(folder, `${split}.${source}`),
        path_tgt: join(folder, `${split}.${target}`),
        src_lang: source,
        tgt_lang: target,
      };
    }
  }
  return {
    ...(parse(file) as ConfigInput),
    data,
    save_model: args.output,
    train_minutes: args.minutes,
    threads: args.threads,
    backend: args.backend,
  };
}

function describeResult({
  name,
  sentences,
  cut,
  bleu,
  chrf,
  samples,
  experts,
}: Awaited<ReturnType<typeof evaluateHeldOut>>[number]): string {
  const lines = [
    `\n${name}: BLEU ${bleu.score.toFixed(2)}, chrF ${chrf.score.toFixed(2)} on ${sentences} unseen texts`,
    `  ${bleu.signature}`,
  ];
  if (cut > 0) lines.push(`  ${cut} cut at their maximum length`);
  for (const { source, reference, translation } of spread(samples, SAMPLES)) {
    lines.push(`  ${source}`, `    model:     ${translation}`, `    reference: ${reference}`);
  }
  for (const [layer, { importanceVariation, loadVariation, maximumLoad, deadShare }] of Object.entries(experts)) {
    lines.push(
      `  experts of ${layer}: importance CV ${importanceVariation.toFixed(2)}, load CV ${loadVariation.toFixed(2)}, busiest ${maximumLoad.toFixed(1)} × the mean, unused ${(100 * deadShare).toFixed(0)} %`,
    );
  }
  return lines.join("\n");
}

/** `count` short samples, evenly spread over all. */
function spread(samples: readonly SampleTranslation[], count: number): SampleTranslation[] {
  const short = samples.filter(({ source }) => source.length <= 100);
  return Array.from(
    { length: Math.min(count, short.length) },
    (_, i) => short[Math.floor((i * short.length) / count)]!,
  );
}

function nextCommands({ output, minutes }: QuickstartArguments, pairs: readonly string[]): string {
  const language = pairs.length > 1 ? ` --tgt_lang ${pairs[0]!.split("-")[1]}` : "";
  return [
    "\ntry next:",
    `  echo "Open the file in a new window" | npx nmt translate --model ${output}${language}`,
    `  npx nmt quickstart --minutes ${3 * minutes} --output ${output}-longer`,
    "  npx nmt quickstart --pairs en-de,en-fr,en-es --output models/quickstart-multilingual",
  ].join("\n");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
