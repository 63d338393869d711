/** `nmt evaluate`: BLEU, chrF and TER of translations, and significance tests between systems, as sacreBLEU prints them. */
import { basename, join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { DataError, UsageError } from "../../base/errors.ts";
import { languagesOfPair } from "../../base/languages/language-pair.ts";
import { log } from "../../base/logger.ts";
import { openModelDirectory } from "../../checkpoint/model-directory.ts";
import { targetLanguages } from "../../config/corpora.ts";
import { nameOfText } from "../../data/files/bytes.ts";
import { inputLines } from "../../data/files/corpus.ts";
import type { Metric } from "../../metrics/metric.ts";
import { formatFixed } from "../../metrics/number-format.ts";
import { type NamedSystem, type PairedComparison, type PairedResult, pairedTest } from "../../metrics/paired-test.ts";
import type { Score } from "../../metrics/score.ts";
import { formatGrid } from "../../metrics/score-grid.ts";
import { tokenizersFor } from "../../metrics/tokenizers/for-language.ts";
import { stripEnd } from "../../metrics/white-space.ts";
import { type EvaluateArguments, evaluateOptions, metricsOf, wholeNumber } from "./evaluate/evaluate-options.ts";

export const evaluateCommand: CommandModule<object, EvaluateArguments> = {
  command: "evaluate",
  describe: "Score translations with BLEU, chrF and TER, as sacreBLEU does",
  builder: (yargs) => yargs.options(evaluateOptions) as never,
  handler: async (given) => {
    const comparison = comparing(given);
    checkUse([...(given.model ?? []), ...(given.hyp ?? [])], comparison);
    const { args, references, sources } = await withTestSet(comparison);
    // Before translating, which takes long: a tokenizer's library may be missing.
    const effective_order = args.effective_order || args.sentence_level;
    const metrics = await metricsOf({ ...args, effective_order }, await modelTokenizer(args));
    const systems = await readSystems(args.hyp ?? []);
    const models: NamedSystem[] = [];
    for (const directory of args.model ?? []) {
      const { translatedSystem } = await import("./evaluate/translated-system.ts");
      models.push(await translatedSystem(directory, args, sources));
    }
    process.stdout.write(`${evaluate([...models, ...systems], references, metrics, args)}\n`);
  },
};

/**
 * Of the language that the models translate into, where they have one and no option says otherwise. Throws UsageError for models
 * of languages that are tokenized differently.
 */
async function modelTokenizer({ model = [], src, metrics, tokenize, tgt_lang: language }: EvaluateArguments) {
  if (model.length === 0 || src === undefined || !metrics.includes("bleu")) return;
  if (tokenize !== undefined || language !== undefined) return;
  const languages = model.map((directory) => {
    const targets = targetLanguages(openModelDirectory(directory).config);
    return targets.length === 1 ? targets[0] : undefined;
  });
  const tokenizers = await tokenizersFor(languages, log.warn);
  if (new Set(tokenizers).size > 1) {
    throw new UsageError("the models translate into languages whose BLEU has different tokenizers", {
      nextStep: "Name the references' language with --tgt_lang, or a tokenizer with --tokenize.",
    });
  }
  return tokenizers[0];
}

/** `--compare` as the options it stands for, unless others are given. */
function comparing(args: EvaluateArguments): EvaluateArguments {
  const metrics = args.metrics ?? (args.compare ? ["bleu", "chrf", "ter"] : ["bleu"]);
  const format = args.format ?? (args.compare ? "text" : "json");
  return { ...args, metrics, format, paired_bs: args.paired_bs || (args.compare && !args.paired_ar) };
}

interface Texts {
  args: EvaluateArguments & { ref: string[] };
  references: string[][];
  /** Of a test set. */
  sources?: string[];
}

/** References and sources from files or from a test set, whose languages are those of the pair. */
async function withTestSet(args: EvaluateArguments): Promise<Texts> {
  const { test_set: name, language_pair: pair, ref, src } = args;
  if (name === undefined) {
    if (ref === undefined) {
      throw new UsageError("there are no references", {
        nextStep: "Name their files with --ref, or a test set with -t wmt14 -l en-de.",
      });
    }
    return { args: { ...args, ref }, references: await Promise.all(ref.map(readText)) };
  }
  if (pair === undefined) throw new UsageError("-t without -l", { nextStep: "Add the language pair: -l en-de." });
  if (ref !== undefined || src !== undefined) {
    throw new UsageError("a test set has its own sources and references", { nextStep: "Leave --ref and --src out." });
  }
  const { from, cache, mirror } = args;
  const { loadTestSet } = await import("../../corpora/test-sets/test-sets.ts");
  const { source, references } = await loadTestSet(name, pair, {
    ...(from !== undefined && { from }),
    ...(cache !== undefined && { cache }),
    ...(mirror !== undefined && { mirror }),
    progress: (message) => log.info(message),
  });
  const [src_lang, tgt_lang] = languagesOfPair(pair, "--language_pair");
  const languages = { src_lang: args.src_lang ?? src_lang, tgt_lang: args.tgt_lang ?? tgt_lang };
  const names = references.map((_, i) => `${name} ${pair}${references.length > 1 ? `, reference ${i + 1}` : ""}`);
  return { args: { ...args, ...languages, ref: names }, references, sources: source };
}

/** What the command prints for systems whose translations are at hand. `args.ref` names the references in errors. */
function evaluate(
  systems: readonly NamedSystem[],
  references: readonly (readonly string[])[],
  metrics: readonly Metric[],
  args: EvaluateArguments,
): string {
  for (const system of systems) checkLengths(system, references, args.ref ?? []);
  if (args.sentence_level) return sentenceLines(metrics[0]!, systems[0]!, references, args);
  if (systems.length === 1) return oneSystem(metrics, systems[0]!, references, args);
  return args.paired_bs || args.paired_ar
    ? pairedSystems(metrics, systems, references, args)
    : manySystems(metrics, systems, references, args);
}

async function readSystems(paths: readonly string[]): Promise<NamedSystem[]> {
  const systems: NamedSystem[] = [];
  for (const path of paths) systems.push({ name: path, hypotheses: await readText(path) });
  return systems;
}

/** Lines without white space at their ends. A byte order mark is text, as it is to sacreBLEU, and is told of. */
async function readText(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of inputLines(path, { keepMark: true })) lines.push(stripEnd(line));
  if (lines[0]?.startsWith("\ufeff")) {
    const name = nameOfText(path);
    log.warn(`${name} starts with a byte order mark, which is scored as part of its first word; remove it`);
  }
  return lines;
}

/** Throws UsageError for options that do not go together; `systems` are their names. */
function checkUse(systems: readonly string[], args: EvaluateArguments): void {
  const wrong = (message: string, nextStep: string): never => {
    throw new UsageError(message, { nextStep });
  };
  const paired = args.paired_bs || args.paired_ar;
  wholeNumber("width", args.width);
  wholeNumber("seed", args.seed);
  for (const option of ["confidence_n", "paired_bs_n", "paired_ar_n"] as const) {
    if (wholeNumber(option, args[option]) === 0) wrong(`--${option} is 0`, "Give a whole number from 1 on.");
  }
  if (systems.length === 0)
    wrong(
      "there is nothing to score",
      "Name a file of translations after --hyp, or a --model and its --src or test set.",
    );
  const twice = systems.find((name, i) => systems.indexOf(name) < i);
  if (twice !== undefined) wrong(`${twice} is given twice`, "Give every system's file once.");
  const files = (args.save_translations === undefined ? [] : (args.model ?? [])).map((model) =>
    basename(resolve(model)),
  );
  if (new Set(files).size < files.length) {
    wrong("two models would save their translations in one file", "Give directories with different names.");
  }
  const inputs = [args.src, ...(args.ref ?? []), ...(args.hyp ?? [])].map((path) => resolve(path ?? ""));
  const lost = files
    .map((name) => join(args.save_translations!, `${name}.txt`))
    .find((path) => inputs.includes(resolve(path)));
  if (lost !== undefined)
    wrong(`the translations would overwrite ${lost}`, "Name another folder with --save_translations.");
  if (args.paired_bs && args.paired_ar) wrong("--paired_bs and --paired_ar exclude each other", "Choose one of them.");
  if (args.sentence_level) {
    if (systems.length > 1 || args.metrics.length > 1) {
      wrong("sentences are scored for one system and one metric", "Give one --hyp and one metric.");
    }
    if (args.confidence || paired) wrong("sentences have no significance tests", "Leave --sentence_level out.");
  }
  if (paired && systems.length < 2) wrong("a paired test compares systems", "Give the baseline's --hyp first.");
  if (args.confidence && systems.length > 1) {
    wrong("--confidence is for one system", "Compare several with --paired_bs or --paired_ar.");
  }
}

function checkLengths(system: NamedSystem, references: readonly (readonly string[])[], paths: readonly string[]): void {
  references.forEach((lines, r) => {
    if (lines.length === system.hypotheses.length) return;
    throw new DataError(`${system.name} has ${system.hypotheses.length} lines and ${paths[r]} has ${lines.length}`, {
      where: `${system.name} and ${paths[r]}`,
      nextStep: "Give files whose lines belong together one by one.",
    });
  });
}

function sentenceLines(
  metric: Metric,
  { hypotheses }: NamedSystem,
  references: readonly (readonly string[])[],
  args: EvaluateArguments,
): string {
  const scores = hypotheses.map((line, i) => {
    const score = metric.sentenceScore(
      line,
      references.map((stream) => stream[i]!),
    );
    return textOf(score, args);
  });
  return scores.join("\n");
}

function oneSystem(
  metrics: readonly Metric[],
  { hypotheses }: NamedSystem,
  references: readonly (readonly string[])[],
  args: EvaluateArguments,
): string {
  const bootstrap = args.confidence ? { bootstrap: { samples: args.confidence_n, seed: args.seed } } : {};
  const scores = metrics.map((metric) => metric.corpusScore(hypotheses, references, bootstrap));
  if (args.format === "text") return aligned(scores.map((score) => textOf(score, args))).join("\n");
  const objects = scores.map((score) => (args.score_only ? textOf(score, args) : score.formatJson(args.width)));
  return objects.length === 1 ? objects[0]! : `[\n${objects.join(",\n")}\n]`;
}

function textOf(score: Score, { width, score_only: scoreOnly, short }: EvaluateArguments): string {
  return score.format({ width, scoreOnly, signature: short ? "short" : "full" });
}

/** Lines moved right so that their first equals signs meet. */
function aligned(lines: readonly string[]): string[] {
  const column = Math.max(...lines.map((line) => line.indexOf("=")));
  return lines.map((line) => (line.includes("=") ? " ".repeat(column - line.indexOf("=")) + line : line));
}

function manySystems(
  metrics: readonly Metric[],
  systems: readonly NamedSystem[],
  references: readonly (readonly string[])[],
  args: EvaluateArguments,
): string {
  const columns = metrics.map((metric) => {
    const scores = systems.map(({ hypotheses }) => metric.corpusScore(hypotheses, references));
    const cells = scores.map((score) => score.format({ width: args.width, scoreOnly: true }));
    return { name: metric.name, title: metric.name, cells, signature: scores[0]!.signedBy };
  });
  if (args.format === "json") {
    const rows = systems.map(({ name }, row) => [
      ["system", name],
      ...columns.map(({ title, cells }) => [title, cells[row]]),
    ]);
    return asJson(rows);
  }
  return [grid(systems, columns), signatures(columns, args)].join("\n\n");
}

function pairedSystems(
  metrics: readonly Metric[],
  given: readonly NamedSystem[],
  references: readonly (readonly string[])[],
  args: EvaluateArguments,
): string {
  const systems = given.map((system, i) => (i === 0 ? { ...system, name: `Baseline: ${system.name}` } : system));
  const comparisons = pairedTest(systems, metrics, references, {
    method: args.paired_bs ? "bootstrap" : "randomization",
    samples: args.paired_bs ? args.paired_bs_n : args.paired_ar_n,
    seed: args.seed,
  });
  if (args.format === "json") {
    const rows = systems.map(({ name }, row) => [
      ["system", name],
      ...comparisons.map((comparison) => [comparison.name, resultJson(comparison.results[row]!)]),
    ]);
    return asJson(rows);
  }
  const columns = comparisons.map((comparison) => pairedColumn(comparison, args.width));
  return [grid(systems, columns), explanation(systems[0]!.name, args), signatures(columns, args)].join("\n\n");
}

function resultJson({ score, pValue, confidence }: PairedResult) {
  return { score, p_value: pValue ?? null, mean: confidence?.mean ?? null, ci: confidence?.halfWidth ?? null };
}

function pairedColumn({ name, results, signature }: PairedComparison, width: number) {
  const cells = results.map(({ score, confidence, pValue }) => {
    const interval =
      confidence === undefined
        ? ""
        : ` (${formatFixed(confidence.mean, width)} ± ${formatFixed(confidence.halfWidth, width)})`;
    const p = pValue === undefined ? "" : `\n(p = ${formatFixed(pValue, 4)})${pValue > 0.05 ? "" : "*"}`;
    return `${formatFixed(score, width)}${interval}${p}`;
  });
  const title = results[0]!.confidence === undefined ? name : `${name} (μ ± 95% CI)`;
  return { name, title, cells, signature };
}

function explanation(baseline: string, args: EvaluateArguments): string {
  const method = args.paired_bs
    ? `Paired bootstrap, ${args.paired_bs_n} resamples`
    : `Paired approximate randomization, ${args.paired_ar_n} trials`;
  return [
    `${method}, against ${baseline}.`,
    "p is the probability of a difference at least this large if both systems were the same process;",
    "* marks p of at most 0.05. A significant difference is a repeatable one, not a large one.",
  ].join("\n");
}

interface Column {
  /** The metric's name. */
  name: string;
  title: string;
  cells: readonly string[];
  signature: Score["signedBy"];
}

function grid(systems: readonly NamedSystem[], columns: readonly Column[]): string {
  const names = { title: "System", align: "right" as const, cells: systems.map(({ name }) => name) };
  return formatGrid([names, ...columns.map(({ title, cells }) => ({ title, cells, align: "center" as const }))]);
}

function signatures(columns: readonly Column[], { short }: EvaluateArguments): string {
  const lines = columns.map(({ name, signature }) => ` - ${name.padEnd(10)} ${signature.format({ short })}`);
  const rule = "-".repeat(17);
  return [rule, "Metric signatures", rule, ...lines].join("\n");
}

function asJson(rows: readonly unknown[][]): string {
  const objects = rows.map((entries) => Object.fromEntries(entries as [string, unknown][]));
  return JSON.stringify(objects, undefined, 4);
}
