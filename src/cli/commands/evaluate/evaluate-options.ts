/** Options of `nmt evaluate`, named as sacreBLEU names them, and the metrics they describe. */
import type { Options } from "yargs";
import { UsageError } from "../../../base/errors.ts";
import { BLEU, type SmoothMethod } from "../../../metrics/bleu.ts";
import { DEFAULT_SEED } from "../../../metrics/bootstrap.ts";
import { CHRF } from "../../../metrics/chrf.ts";
import type { Metric } from "../../../metrics/metric.ts";
import { TER } from "../../../metrics/ter.ts";
import {
  defaultTokenizerFor,
  LOADED_TOKENIZER_NAMES,
  loadTokenizer,
  TOKENIZER_NAMES,
} from "../../../metrics/tokenizers/by-name.ts";
import { sentencePieceTokenizer } from "../../../metrics/tokenizers/sentencepiece.ts";
import type { Tokenizer } from "../../../metrics/tokenizers/tokenizer.ts";
import { WordpieceModel } from "../../../text/wordpiece-model.ts";
import type { ModelArguments } from "./translated-system.ts";

const METRICS = ["bleu", "chrf", "ter"] as const;
const SMOOTH_METHODS = ["exp", "floor", "add-k", "none"] as const satisfies readonly SmoothMethod[];
/** Tokenizers that are a SentencePiece model, which `--spm_model` names. */
const PIECE_TOKENIZERS = ["spm", "flores101", "flores200", "spBLEU-1K"] as const;

export interface MetricArguments {
  metrics: (typeof METRICS)[number][];
  tokenize: string | undefined;
  spm_model: string | undefined;
  /** Language of the references. */
  tgt_lang: string | undefined;
  lowercase: boolean;
  smooth_method: SmoothMethod;
  smooth_value: number | undefined;
  effective_order: boolean;
  force: boolean;
  chrf_char_order: number;
  chrf_word_order: number;
  chrf_beta: number;
  chrf_whitespace: boolean;
  chrf_lowercase: boolean;
  chrf_eps_smoothing: boolean;
  ter_case_sensitive: boolean;
  ter_asian_support: boolean;
  ter_no_punct: boolean;
  ter_normalized: boolean;
}

export interface EvaluateArguments extends MetricArguments, ModelArguments {
  hyp: string[] | undefined;
  ref: string[] | undefined;
  test_set: string | undefined;
  language_pair: string | undefined;
  from: string | undefined;
  cache: string | undefined;
  mirror: string | undefined;
  compare: boolean;
  sentence_level: boolean;
  confidence: boolean;
  confidence_n: number;
  paired_bs: boolean;
  paired_bs_n: number;
  paired_ar: boolean;
  paired_ar_n: number;
  seed: number;
  format: "json" | "text" | undefined;
  width: number;
  score_only: boolean;
  short: boolean;
}

const TEST_SET_GROUP = "A test set, downloaded where it is not there:";
const MODEL_GROUP = "Translating with a model first:";
const BLEU_GROUP = "BLEU:";
const CHRF_GROUP = "chrF:";
const TER_GROUP = "TER:";
const TEST_GROUP = "Significance:";
const OUTPUT_GROUP = "Output:";

export const evaluateOptions = {
  hyp: { type: "string", array: true, describe: "Translations to score, one file per system; - is standard input" },
  ref: { type: "string", array: true, describe: "References, one file each; or a test set" },
  metrics: {
    alias: "m",
    choices: METRICS,
    array: true,
    describe: "Metrics",
    defaultDescription: "bleu; with --compare all",
  },
  compare: flag("Compare several systems in a table: all metrics and a paired bootstrap against the first"),
  sentence_level: flag("A score for every line instead of one for all"),
  tgt_lang: {
    type: "string",
    describe: "Language of the references, such as zh: chooses the tokenizer, and what a model translates into",
    defaultDescription: "that of --model, if it has one",
  },

  test_set: {
    group: TEST_SET_GROUP,
    alias: "t",
    type: "string",
    describe:
      "Its name, as sacreBLEU's: wmt08 … wmt24, iwslt17, mtedx/test; flores200, ntrex128; nmt data testset lists all",
  },
  language_pair: { group: TEST_SET_GROUP, alias: "l", type: "string", describe: "Its language pair, such as en-de" },
  from: {
    group: TEST_SET_GROUP,
    type: "string",
    describe: "Folder that holds its archives or files already; no network",
  },
  cache: {
    group: TEST_SET_GROUP,
    type: "string",
    describe: "Folder that keeps downloads",
    defaultDescription: "$NMT_CACHE",
  },
  mirror: {
    group: TEST_SET_GROUP,
    type: "string",
    describe: "Address that holds the files as HOST/PATH",
    defaultDescription: "$NMT_MIRROR",
  },

  model: {
    group: MODEL_GROUP,
    type: "string",
    array: true,
    describe: "Model directories that nmt train wrote, each scored as a system",
  },
  src: { group: MODEL_GROUP, type: "string", describe: "Their source lines; - is standard input; or a test set" },
  src_lang: { group: MODEL_GROUP, type: "string", describe: "Language of the source" },
  beam_size: { group: MODEL_GROUP, type: "number", describe: "See nmt translate" },
  length_penalty: { group: MODEL_GROUP, type: "number", describe: "See nmt translate" },
  adapter: { group: MODEL_GROUP, type: "string", describe: "See nmt translate" },
  save_translations: { group: MODEL_GROUP, type: "string", describe: "Folder that gets NAME.txt for each model" },
  backend: { group: MODEL_GROUP, type: "string", default: "auto", describe: "See nmt translate" },
  threads: { group: MODEL_GROUP, type: "number", default: 0, describe: "See nmt translate" },
  precision: { group: MODEL_GROUP, type: "string", default: "stored", describe: "See nmt translate" },

  tokenize: {
    group: BLEU_GROUP,
    choices: [...TOKENIZER_NAMES, ...LOADED_TOKENIZER_NAMES, ...PIECE_TOKENIZERS],
    describe: "Tokenizer",
    defaultDescription: "that of the target language; 13a",
  },
  spm_model: { group: BLEU_GROUP, type: "string", describe: `Model file for ${PIECE_TOKENIZERS.join(", ")}` },
  lowercase: flag("Ignore case", BLEU_GROUP),
  smooth_method: {
    group: BLEU_GROUP,
    choices: SMOOTH_METHODS,
    default: "exp" as SmoothMethod,
    describe: "What stands in for n-gram orders without a match",
  },
  smooth_value: {
    group: BLEU_GROUP,
    type: "number",
    describe: "The value of floor or add-k",
    defaultDescription: "0.1 for floor, 1 for add-k",
  },
  effective_order: flag("Leave out orders without n-grams; always so for sentences", BLEU_GROUP),
  force: flag("Do not warn about text that looks tokenized", BLEU_GROUP),

  chrf_char_order: order(6, "Longest character n-grams"),
  chrf_word_order: order(0, "Longest word n-grams; 2 is chrF++"),
  chrf_beta: order(2, "Weight of recall"),
  chrf_whitespace: flag("Keep white space", CHRF_GROUP),
  chrf_lowercase: flag("Ignore case", CHRF_GROUP),
  chrf_eps_smoothing: flag("Smooth as chrF++.py does", CHRF_GROUP),

  ter_case_sensitive: flag("Heed case", TER_GROUP),
  ter_asian_support: flag("Treat East Asian characters apart, with the two below", TER_GROUP),
  ter_no_punct: flag("Remove punctuation", TER_GROUP),
  ter_normalized: flag("Set punctuation apart", TER_GROUP),

  confidence: flag("95 % confidence interval of one system, by bootstrap", TEST_GROUP),
  confidence_n: count(1000, "Its resamples"),
  paired_bs: flag("Compare systems with the first one by paired bootstrap", TEST_GROUP),
  paired_bs_n: count(1000, "Its resamples"),
  paired_ar: flag("Compare systems with the first one by paired approximate randomization", TEST_GROUP),
  paired_ar_n: count(10000, "Its trials"),
  seed: { group: TEST_GROUP, type: "number", default: DEFAULT_SEED, describe: "Seed of resampling" },

  format: {
    group: OUTPUT_GROUP,
    choices: ["json", "text"] as const,
    describe: "Format",
    defaultDescription: "json; with --compare text",
  },
  width: { group: OUTPUT_GROUP, alias: "w", type: "number", default: 1, describe: "Decimals" },
  score_only: { group: OUTPUT_GROUP, alias: "b", type: "boolean", default: false, describe: "Only the numbers" },
  short: flag("Short signatures in text", OUTPUT_GROUP),
} satisfies Record<string, Options>;

function flag(describe: string, group?: string) {
  return { type: "boolean", default: false, describe, ...(group !== undefined && { group }) } as const;
}

function order(fallback: number, describe: string) {
  return { group: CHRF_GROUP, type: "number", default: fallback, describe } as const;
}

function count(fallback: number, describe: string) {
  return { group: TEST_GROUP, type: "number", default: fallback, describe } as const;
}

/** The metrics asked for, by name. `tokenizer` is BLEU's where no option names one. */
export async function metricsOf(args: MetricArguments, tokenizer?: Tokenizer): Promise<Metric[]> {
  const names = METRICS.filter((name) => args.metrics.includes(name));
  return Promise.all(names.map((name) => MAKERS[name](args, tokenizer)));
}

type MakeMetric = (args: MetricArguments, tokenizer: Tokenizer | undefined) => Metric | Promise<Metric>;

const MAKERS: Record<(typeof METRICS)[number], MakeMetric> = {
  bleu: async (args, tokenizer) =>
    new BLEU({
      tokenize: tokenizer ?? (await tokenizerOf(args)),
      lowercase: args.lowercase,
      smoothMethod: args.smooth_method,
      ...(args.smooth_value !== undefined && { smoothValue: args.smooth_value }),
      effectiveOrder: args.effective_order,
      force: args.force,
    }),
  chrf: (args) =>
    new CHRF({
      charOrder: wholeNumber("chrf_char_order", args.chrf_char_order),
      wordOrder: wholeNumber("chrf_word_order", args.chrf_word_order),
      beta: args.chrf_beta,
      whitespace: args.chrf_whitespace,
      lowercase: args.chrf_lowercase,
      epsSmoothing: args.chrf_eps_smoothing,
    }),
  ter: (args) =>
    new TER({
      normalized: args.ter_normalized,
      noPunctuation: args.ter_no_punct,
      asianSupport: args.ter_asian_support,
      caseSensitive: args.ter_case_sensitive,
    }),
};

async function tokenizerOf({ tokenize, tgt_lang: language, spm_model: path }: MetricArguments): Promise<Tokenizer> {
  const name = tokenize ?? defaultTokenizerFor(language ?? "");
  if (!(PIECE_TOKENIZERS as readonly string[]).includes(name)) return loadTokenizer(name);
  if (path === undefined) {
    throw new UsageError(`the tokenizer ${name} needs its SentencePiece model`, {
      nextStep: "Download the model and name it with --spm_model FILE.",
    });
  }
  const model = WordpieceModel.load(path);
  return sentencePieceTokenizer(name, (line) => model.encodePieces(line));
}

export function wholeNumber(option: string, value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw new UsageError(`--${option} is ${value}`, { nextStep: "Give a whole number, 0 or more." });
}
