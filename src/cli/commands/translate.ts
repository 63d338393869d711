/** `nmt translate`: lines of text in, their translations out, one line for each. */
import type { CommandModule } from "yargs";
import { log } from "../../base/logger.ts";
import { releaseInput } from "../../data/files/bytes.ts";
import { inputLines } from "../../data/files/corpus.ts";
import { resolveTranslateOptions, type TranslateOptions, translateDefaults } from "../../decoding/translate-options.ts";
import type { SourceLine, TranslationCounts } from "../../decoding/translation.ts";
import { Translator } from "../../decoding/translator.ts";
import type { DocumentFormat } from "../../documents/document-formats.ts";
import type { Glossary } from "../../glossary/glossary.ts";
import { loadEnsemble } from "../../inference/open-ensemble.ts";
import type { Communicator } from "../../parallel/communicator.ts";
import { type TextCounts, textCounts } from "../../segments/text-counts.ts";
import type { WantedLine } from "../../segments/translate-lines.ts";
import type { ModelLanguages } from "../../text/languages.ts";
import { asRank } from "../as-rank.ts";
import {
  adapterOf,
  adapterOption,
  engineOfRank,
  expertMemoryOf,
  expertMemoryOption,
  type InferenceArguments,
  inferenceOptions,
} from "../engine-options.ts";
import { openLineOutput } from "../line-output.ts";
import { type RuleArguments, ruleOptions, rulesOf, withRequests } from "./rule-options.ts";
import { type DocumentArguments, documentOf, documentOptions, withHypotheses } from "./translate/document-options.ts";
import {
  type GlossaryArguments,
  glossariesOf,
  glossaryOption,
  glossaryOptions,
  reportTerms,
} from "./translate/glossary-options.ts";
import {
  type MemoryArguments,
  memoryOptions,
  type OpenMemory,
  openMemory,
  withMemory,
} from "./translate/memory-options.ts";
import {
  type PlaceableArguments,
  placeableOptions,
  reportPlaceables,
  translateKeeping,
} from "./translate/placeable-options.ts";
import { type OpenTranslator, withTranslator } from "./translate/rank-translator.ts";
import { candidateCount, type RerankArguments, rerankOptions, rerankWeights } from "./translate/rerank-options.ts";
import { type Direction, openReranking, ranked } from "./translate/reranking.ts";
import { type SamplingArguments, samplingOf, samplingOptions } from "./translate/sampling-options.ts";
import { SegmentTranslator } from "./translate/segment-translator.ts";
import { type ShortlistArguments, shortlistOf, shortlistOptions } from "./translate/shortlist-options.ts";
import { formatTranslation, type TranslationFormat } from "./translate/translation-format.ts";
import { report, reportExpertMemory, warnSparingly } from "./translate/translation-report.ts";
import { formatOf, type WordArguments, wordOptions, wordsOf } from "./translate/word-options.ts";

interface TranslateArguments
  extends InferenceArguments,
    SamplingArguments,
    RuleArguments,
    RerankArguments,
    WordArguments,
    PlaceableArguments,
    GlossaryArguments,
    MemoryArguments,
    ShortlistArguments,
    DocumentArguments {
  model: string[];
  avg_raw_probs: boolean;
  src_lang: string | undefined;
  tgt_lang: string | undefined;
  beam_size: number | undefined;
  n_best: number;
  length_penalty: number;
  coverage_penalty: number;
  min_length: number;
  max_length: number | undefined;
  max_length_ratio: number;
  max_source_length: number;
  replace_unk: boolean;
  batch_size: number;
  batch_tokens: number;
  diverse_beam_groups: number;
  diverse_beam_strength: number;
  adapter: string | undefined;
  expert_memory: string | undefined;
}

const SOURCE_HELP =
  "Text to translate: a file, plain or compressed, a pattern (news.*.en), a column (pairs.tsv#1); or a document (page.html)";

/** Warnings of one kind that are shown before only their number is. */
const SHOWN_WARNINGS = 5;

export const translateCommand: CommandModule<object, TranslateArguments> = {
  command: "translate",
  describe: "Translate lines of text or a document, from standard input to standard output unless files are given",
  builder: (yargs) =>
    yargs
      .option("model", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "Model directory that nmt train wrote; several translate together, as an ensemble",
      })
      .option("avg_raw_probs", {
        type: "boolean",
        default: false,
        describe: "An ensemble averages probabilities, not their logarithms",
      })
      .option("src", { type: "string", describe: SOURCE_HELP, defaultDescription: "standard input" })
      .option("output", { type: "string", describe: "File to write", defaultDescription: "standard output" })
      .option("src_lang", { type: "string", describe: "Language of the source" })
      .option("tgt_lang", { type: "string", describe: "Language to translate into, for models that know several" })
      .option("beam_size", {
        type: "number",
        describe: "Hypotheses kept per sentence; 1 is greedy search",
        defaultDescription: `${translateDefaults.beamSize}; 1 when sampling`,
      })
      .option("diverse_beam_groups", {
        type: "number",
        default: translateDefaults.diverseBeamGroups,
        describe:
          "Groups of the beam that avoid each other's pieces, for n-best lists of more variety; a divisor of beam_size",
      })
      .option("diverse_beam_strength", {
        type: "number",
        default: translateDefaults.diverseBeamStrength,
        describe: "What a piece loses in log P for each time that the groups before chose it",
      })
      .option("n_best", {
        type: "number",
        default: translateDefaults.nBest,
        describe:
          "Translations per line, or samples when sampling; above 1 the output is: i ||| translation ||| score, i counting lines from 0",
      })
      .option("length_penalty", {
        type: "number",
        default: translateDefaults.lengthPenalty,
        describe: "α: log P is divided by ((5 + length) / 6)^α",
      })
      .option("coverage_penalty", {
        type: "number",
        default: translateDefaults.coveragePenalty,
        describe: "β of the penalty for source words that got little attention; 0 for none, 0.2 is usual",
      })
      .option("min_length", {
        type: "number",
        default: translateDefaults.minLength,
        describe: "Fewest pieces of a translation, </s> not counted",
      })
      .option("max_length", {
        type: "number",
        describe: "Most pieces of a translation, </s> not counted; one cut there ranks below those that end",
        defaultDescription: "max_length_ratio × source pieces + 10",
      })
      .option("max_length_ratio", {
        type: "number",
        default: translateDefaults.maxLengthRatio,
        describe: "See max_length",
      })
      .option("max_source_length", {
        type: "number",
        default: translateDefaults.maxSourceLength,
        describe: "Lines of more pieces are not translated but reported and left blank",
      })
      .option("replace_unk", {
        type: "boolean",
        default: translateDefaults.replaceUnk,
        describe: "Replace unknown pieces by the source words they attend to",
      })
      .options(wordOptions)
      .option("batch_size", {
        type: "number",
        default: translateDefaults.batchSize,
        describe: "Lines decoded together, at most",
      })
      .option("batch_tokens", {
        type: "number",
        default: translateDefaults.batchTokens,
        describe: "Source pieces decoded together, at most",
      })
      .options(samplingOptions)
      .options(ruleOptions)
      .options(placeableOptions)
      .options(glossaryOptions)
      .options(documentOptions)
      .options(memoryOptions)
      .options(shortlistOptions)
      .options(rerankOptions)
      .options(adapterOption)
      .options(expertMemoryOption)
      .options(inferenceOptions) as never,
  handler: (args) => asRank((ranks) => translate(args, ranks)),
};

async function translate(args: TranslateArguments, ranks: Communicator): Promise<void> {
  const document = documentOf(args);
  const options = hypothesesFor(document, translateOptions(args), args);
  // Before the model, so that a wrong value is told at once.
  resolveTranslateOptions(options);
  const glossaries = glossariesOf(args, options);
  const format = formatOf(args);
  rerankWeights(args);
  const limits = { ...shortlistOf(args), ...expertMemoryOf(args) };
  const engine = await engineOfRank(args, ranks);
  const loaded = await loadEnsemble(args.model, {
    ...{ ...engine, ...limits, ...adapterOf(args) },
    avgRawProbs: args.avg_raw_probs,
  });
  try {
    const direction = directionOf(args, loaded.languages);
    const reranking = await openReranking(args, direction, engine);
    try {
      const known = { glossaries, memory: ranks.rank === 0 ? await openMemory(args, direction) : undefined };
      const warn = warnSparingly(inParts(document, args) ? 0 : SHOWN_WARNINGS);
      const { backend } = loaded.engine;
      const segments = (hear: typeof warn) => new SegmentTranslator(loaded, options, hear);
      if (document !== undefined) {
        await withTranslator(ranks, warn, segments, (translator) =>
          translateFile(translator, document, args, direction, known, backend),
        );
      } else if (isSegmented(args)) {
        await withTranslator(ranks, warn, segments, (translator) =>
          translateSegments(translator, args, known, backend),
        );
      } else {
        const lines = (hear: typeof warn) => ranked(new Translator(loaded, options, hear), reranking);
        await withTranslator(ranks, warn, lines, (translator) =>
          translateLines(translator, format, args, known.memory, backend),
        );
      }
      known.memory?.report();
      reportExpertMemory(loaded);
    } finally {
      reranking.dispose();
    }
  } finally {
    loaded.model.dispose();
  }
}

/** What texts are translated with besides the model. */
interface KnownTerms {
  glossaries: readonly Glossary[];
  memory: OpenMemory | undefined;
}

/** Whether texts are cut into segments, so that warnings of lines would tell nothing. */
function inParts(document: DocumentFormat | undefined, args: TranslateArguments): boolean {
  return document !== undefined || isSegmented(args);
}

/** Whether lines are. */
function isSegmented(args: TranslateArguments): boolean {
  return args.placeables !== undefined || glossaryOption(args) !== undefined;
}

/** The options with hypotheses to choose from where texts are put together from their parts. */
function hypothesesFor(
  document: DocumentFormat | undefined,
  options: TranslateOptions,
  args: TranslateArguments,
): TranslateOptions {
  if (document !== undefined) {
    return withHypotheses(options, args, "--document", "Leave it out, or translate lines of text: --document none.");
  }
  if (!isSegmented(args)) return options;
  const option = glossaryOption(args) ?? "--placeables";
  const why = `with ${option} each line has one translation, put together from its parts`;
  return withHypotheses(options, args, option, `Leave out one of them: ${why}.`);
}

async function translateFile(
  translator: OpenTranslator<WantedLine>,
  document: DocumentFormat,
  args: TranslateArguments,
  direction: Direction,
  known: KnownTerms,
  backend: string,
): Promise<void> {
  const started = performance.now();
  const counts = textCounts();
  try {
    // Imported only here, as what segments are cut with: few translations need it, and all would wait for it.
    const { translateDocumentFile } = await import("./translate/document-file.ts");
    await translateDocumentFile(translator, document, args, direction, known, counts);
  } catch (error) {
    releaseInput(args.src);
    throw error;
  }
  reportSegments(await translator.ended(), counts, known, started, backend);
}

async function translateLines(
  translator: OpenTranslator<string | SourceLine>,
  format: TranslationFormat,
  args: TranslateArguments,
  memory: OpenMemory | undefined,
  backend: string,
): Promise<void> {
  const started = performance.now();
  const lines = inputLines(args.src, { onLongLine: (line) => translator.reportLongLine(line) });
  async function* translate(unknown: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const translation of translator.translate(withRequests(unknown, args))) {
      yield formatTranslation(translation, format);
    }
  }
  await writeAll(args, () => withMemory(lines, memory, translate));
  const counts = await translator.ended();
  report(counts, (performance.now() - started) / 1000, backend, SHOWN_WARNINGS);
}

async function translateSegments(
  translator: OpenTranslator<WantedLine>,
  args: TranslateArguments,
  known: KnownTerms,
  backend: string,
): Promise<void> {
  const started = performance.now();
  const lines = inputLines(args.src, { onLongLine: (line) => translator.reportLongLine(line) });
  const counts = textCounts();
  const masks = args.placeables ?? "verbatim";
  const translate = (unknown: AsyncIterable<string>) =>
    translateKeeping((wanted) => translator.translate(wanted), unknown, masks, known.glossaries, counts);
  await writeAll(args, () => withMemory(lines, known.memory, translate));
  reportSegments(await translator.ended(), counts, known, started, backend);
}

function reportSegments(
  translated: TranslationCounts,
  counts: TextCounts,
  { glossaries }: KnownTerms,
  started: number,
  backend: string,
): void {
  report(translated, (performance.now() - started) / 1000, backend, 0);
  reportPlaceables(counts);
  if (glossaries.length > 0) reportTerms(counts);
}

/** Writes the lines; where that fails, those so far are kept and named. */
async function writeAll({ src, output: path }: TranslateArguments, lines: () => AsyncIterable<string>): Promise<void> {
  const output = openLineOutput(path);
  try {
    for await (const line of lines()) await output.write(line);
    await output.close();
  } catch (error) {
    releaseInput(src);
    const unfinished = await output.abandon();
    if (unfinished !== undefined) log.warn(`the translations so far are in ${unfinished}`);
    throw error;
  }
}

/** What is translated from and to, where the options say it or the model knows only one. */
function directionOf({ src_lang, tgt_lang }: TranslateArguments, { sources, targets }: ModelLanguages): Direction {
  const only = (languages: readonly string[]) => (languages.length === 1 ? languages[0] : undefined);
  return { source: src_lang ?? only(sources), target: tgt_lang ?? only(targets) };
}

function translateOptions(args: TranslateArguments): TranslateOptions {
  const sampling = samplingOf(args);
  const given = {
    sourceLanguage: args.src_lang,
    targetLanguage: args.tgt_lang,
    beamSize: args.beam_size,
    maxLength: args.max_length,
    sampling,
  };
  return {
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as TranslateOptions),
    ...rulesOf(args),
    ...(glossaryOption(args) !== undefined && { unspellableTerms: "leave-out" }),
    diverseBeamGroups: args.diverse_beam_groups,
    diverseBeamStrength: args.diverse_beam_strength,
    nBest: candidateCount(args, sampling !== undefined, args.beam_size ?? translateDefaults.beamSize),
    lengthPenalty: args.length_penalty,
    coveragePenalty: args.coverage_penalty,
    minLength: args.min_length,
    maxLengthRatio: args.max_length_ratio,
    maxSourceLength: args.max_source_length,
    replaceUnk: args.replace_unk,
    ...wordsOf(args),
    batchSize: args.batch_size,
    batchTokens: args.batch_tokens,
  };
}
