/** `nmt prune --experts`: a model with those of its experts that matter most. */
import { readFileSync } from "node:fs";
import type { CommandModule } from "yargs";
import { writeFileAtomic } from "../../base/atomic-file.ts";
import { CheckpointError, UsageError } from "../../base/errors.ts";
import { alignColumns } from "../../base/text-table.ts";
import { type ModelDirectory, modelPaths, openModelDirectory } from "../../checkpoint/model-directory.ts";
import { readSafetensors } from "../../checkpoint/read-safetensors.ts";
import type { NamedArray } from "../../checkpoint/safetensors-header.ts";
import { writeSafetensors } from "../../checkpoint/write-safetensors.ts";
import { toYaml } from "../../config/write.ts";
import { textExpertLoad } from "../../inference/text-expert-load.ts";
import { chooseExperts, type Kept, keptOf } from "../../pruning/choose-experts.ts";
import { type PrunableLayer, prunableLayers } from "../../pruning/prunable-layers.ts";
import { type PrunedLayer, prunedConfig, prunedTensor } from "../../pruning/prune-experts.ts";
import { expertNorms, randomWorth, routerChanges, type Weights } from "../../pruning/rank-experts.ts";
import { engineOf, type InferenceArguments, inferenceOptions } from "../engine-options.ts";
import { logSizes, newModelPaths } from "../output-model.ts";

const rankings = ["load", "norm", "router", "random"] as const;

interface PruneArguments extends InferenceArguments {
  model: string;
  output: string;
  experts: string;
  by: (typeof rankings)[number];
  src: string | undefined;
  tgt: string | undefined;
  src_lang: string | undefined;
  tgt_lang: string | undefined;
  start: string | undefined;
  seed: number;
}

export const pruneCommand: CommandModule<object, PruneArguments> = {
  command: "prune",
  describe: "Write a model with those of its experts that matter most, or that a text uses",
  builder: (yargs) =>
    yargs
      .option("model", { type: "string", demandOption: true, describe: "Model directory that nmt train wrote" })
      .option("output", { type: "string", demandOption: true, describe: "Model directory to write" })
      .option("experts", {
        type: "string",
        demandOption: true,
        describe: "What stays of each layer: a number of experts (16), a share (50%), or used: those that --src uses",
      })
      .option("by", {
        choices: rankings,
        default: "load" as const,
        describe:
          "Which experts stay: those with most to do for --src, with the largest norm, whose gate's norm grew most, or any",
      })
      .option("src", { type: "string", describe: "Text that experts are chosen for, by what they do to translate it" })
      .option("tgt", { type: "string", describe: "Its translations (default: the model's own, by its search)" })
      .option("src_lang", { type: "string", describe: "Language of the source" })
      .option("tgt_lang", { type: "string", describe: "Language to translate into, for models that know several" })
      .option("start", {
        type: "string",
        describe: "Model directory or checkpoint that training began from, for --by router (default: gates of zeros)",
      })
      .option("seed", { type: "number", default: 1, describe: "Of --by random" })
      .options(inferenceOptions) as never,
  handler: prune,
};

async function prune(args: PruneArguments): Promise<void> {
  const kept = keptOf(args.experts);
  checkText(args, kept);
  const files = openModelDirectory(args.model);
  const target = newModelPaths(args.output);
  const layers = prunableLayers(files.config, args.model);
  const { tensors, metadata } = readSafetensors(files.weightsPath);
  refuseQuantized(tensors, files.weightsPath);
  const worth = await worthOf(args, kept, files, layers, new Map(tensors.map((tensor) => [tensor.name, tensor])));
  const pruned = layers.map((layer, i) => ({ layer, kept: chooseExperts(layer, worth[i]!, kept) }));
  writeFileAtomic(target.config, toYaml(prunedConfig(files.config, pruned)));
  writeFileAtomic(target.wordpieces, readFileSync(files.wordpieceModelPath));
  const stay = pruned.map(({ layer, kept }) => [`experts:${layer.name}`, kept.flat().join(" ")]);
  writeSafetensors(
    target.weights,
    tensors.map((tensor) => prunedTensor(tensor, pruned)),
    { ...(metadata["step"] !== undefined && { step: metadata["step"] }), ...Object.fromEntries(stay) },
  );
  process.stdout.write(`${summary(pruned, worth, needsText(args, kept))}\n`);
  logSizes(files.weightsPath, target.weights);
}

function needsText({ by }: PruneArguments, kept: Kept): boolean {
  return kept === "used" || by === "load";
}

function checkText(args: PruneArguments, kept: Kept): void {
  const needed = needsText(args, kept);
  if (needed && args.src === undefined) {
    const why = kept === "used" ? "--experts used" : "--by load";
    throw new UsageError(`${why} needs a text, and --src is missing`, {
      nextStep: "Name a text of the kind that the model is for after --src, or choose --by router, norm or random.",
    });
  }
  const idle = (["src", "tgt", "src_lang", "tgt_lang"] as const).find((name) => args[name] !== undefined);
  if (!needed && idle !== undefined) {
    throw new UsageError(`--${idle} is given, but --by ${args.by} looks at no text`, {
      nextStep: `Leave out --${idle}, or choose --by load.`,
    });
  }
  if (args.start !== undefined && (kept === "used" || args.by !== "router")) {
    throw new UsageError("--start is given, but nothing is compared with it", {
      nextStep: "Leave out --start, or choose --by router.",
    });
  }
}

/** [layers][experts] larger for what is to stay. */
async function worthOf(
  args: PruneArguments,
  kept: Kept,
  files: ModelDirectory,
  layers: readonly PrunableLayer[],
  weights: Weights,
): Promise<ArrayLike<number>[]> {
  if (needsText(args, kept)) {
    const load = await textExpertLoad(args.model, textOf(args), engineOf(args));
    const byName = new Map(load.map(({ layer, experts }) => [layer, experts]));
    return layers.map(({ name }) => byName.get(name)!);
  }
  if (args.by === "norm") return layers.map((layer) => expertNorms(weights, layer));
  if (args.by === "random") return layers.map((layer, i) => randomWorth(layer, args.seed, i));
  const start = args.start === undefined ? undefined : startOf(args.start);
  if (start === undefined) requireZeroStart(files);
  return layers.map((layer) => routerChanges(weights, layer, start));
}

function textOf({ src, tgt, src_lang, tgt_lang }: PruneArguments) {
  return {
    source: src!,
    ...(tgt !== undefined && { target: tgt }),
    ...(src_lang !== undefined && { sourceLanguage: src_lang }),
    ...(tgt_lang !== undefined && { targetLanguage: tgt_lang }),
  };
}

/** Weights of a model directory or of a folder in `checkpoints`, which have them under the same name. */
function startOf(directory: string): { weights: Weights; where: string } {
  const where = modelPaths(directory).weights;
  return { where, weights: new Map(readSafetensors(where).tensors.map((tensor) => [tensor.name, tensor])) };
}

/** Where gates began is known only of those that begin at zero, in a model that was not trained from another. */
function requireZeroStart({ directory, config }: ModelDirectory): void {
  const { gating, trainFrom } = config;
  if (gating !== "strictly_balanced" && trainFrom === undefined) return;
  throw new UsageError("--by router needs to know where training began, and --start is missing", {
    where: directory,
    nextStep: `Give ${trainFrom === undefined ? "an early checkpoint of the model" : `--start ${trainFrom}`}, or choose another ranking.`,
  });
}

function refuseQuantized(tensors: readonly NamedArray[], where: string): void {
  if (!tensors.some(({ data }) => data instanceof Int8Array)) return;
  throw new CheckpointError("the weights are 8-bit integers", {
    where,
    nextStep: "Prune the model that nmt quantize was given, and quantize what that writes.",
  });
}

/** Layer by layer how many experts stay, and with a text, how much of what experts do for it they do. */
function summary(pruned: readonly PrunedLayer[], worth: readonly ArrayLike<number>[], isLoad: boolean): string {
  return alignColumns([
    ["layer", "experts", "stay", ...(isLoad ? ["of the load"] : [])],
    ...pruned.map(({ layer, kept }, i) => {
      const stay = kept.flat();
      const load = Array.from(worth[i]!);
      const total = load.reduce((sum, count) => sum + count, 0);
      const own = stay.reduce((sum, expert) => sum + load[expert]!, 0);
      const share = total === 0 ? "–" : `${((100 * own) / total).toFixed(1)} %`;
      return [layer.name, String(layer.experts), String(stay.length), ...(isLoad ? [share] : [])];
    }),
  ]);
}
