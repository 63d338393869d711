/** Options of a translator, with their defaults; checked once, when the translator is made. */
import { UsageError } from "../base/errors.ts";
import type { ProcessorOptions } from "./processors/create-processors.ts";
import type { SamplingOptions } from "./sampling.ts";

/** How lines are translated. Lengths are in wordpieces without `</s>`; penalties are those of Wu et al. 2016, §7. */
export interface TranslateOptions extends ProcessorOptions {
  /** Language of the lines; needed only by models that know several and tell them apart by corpus. Default: none. */
  sourceLanguage?: string;
  /** Language to translate into; may be left out where the model has one. Default: that one. */
  targetLanguage?: string;
  /** Hypotheses kept per sentence; 1 is greedy search. Default 5. */
  beamSize?: number;
  /** Groups of the beam that avoid each other's pieces; a divisor of `beamSize`. Default 1. */
  diverseBeamGroups?: number;
  /** What a piece loses in log-probability for each time that the groups before chose it in the same step. Default 0.5. */
  diverseBeamStrength?: number;
  /** Translations per line, at most `beamSize`; independent samples when sampling, or alternatives, at most 8,192. Default 1. */
  nBest?: number;
  /** α in ((5 + length) / 6)^α; 0 = no normalisation. Default 0.6. */
  lengthPenalty?: number;
  /** β of the coverage penalty; 0 = none. Default 0. */
  coveragePenalty?: number;
  /** Fewest pieces of a translation. Default 0. */
  minLength?: number;
  /** Most pieces of a translation. Default `maxLengthRatio` × source pieces + 10. */
  maxLength?: number;
  /** Pieces of a translation for each piece of its source, before the 10 that are added. Default 2. */
  maxLengthRatio?: number;
  /** Lines decoded together, at most. Default 64. */
  batchSize?: number;
  /** Source pieces decoded together, at most; a longer line is decoded alone. Default 6,000. */
  batchTokens?: number;
  /** A line of more pieces is not translated but reported and left empty. Default 5,000. */
  maxSourceLength?: number;
  /** Put the source word with the most attention in the place of each unknown piece. Default false. */
  replaceUnk?: boolean;
  /** Return the attention of each target piece. Default false. */
  withAttention?: boolean;
  /** Return how much each target word looked at each source word. Default false. */
  withAlignment?: boolean;
  /** Return the log-probability of each target word. Default false. */
  withWordScores?: boolean;
  /**
   * The `nBest` translations are the best ones that begin with each of the `nBest` most probable next pieces, after the line's target prefix
   * where it has one. Default false.
   */
  returnAlternatives?: boolean;
  /** What becomes of a line's term that the vocabulary cannot spell: an error, or a warning. Default "error". */
  unspellableTerms?: "error" | "leave-out";
  /** Sample instead of searching; `beamSize` must be 1, which is its default then. Default: search. */
  sampling?: SamplingOptions;
}

/** Defaults that do not depend on other options. */
export const translateDefaults = {
  beamSize: 5,
  diverseBeamGroups: 1,
  diverseBeamStrength: 0.5,
  nBest: 1,
  lengthPenalty: 0.6,
  coveragePenalty: 0,
  minLength: 0,
  maxLengthRatio: 2,
  batchSize: 64,
  batchTokens: 6000,
  maxSourceLength: 5000,
  unspellableTerms: "error" as const,
  replaceUnk: false,
  withAttention: false,
  withAlignment: false,
  withWordScores: false,
  repetitionPenalty: 1,
  blockNgramRepeat: 0,
  ignoreWhenBlocking: [],
  maxRepeats: 0,
  banUnkToken: false,
  banPieces: [],
  banWords: [],
  returnAlternatives: false,
} as const;

/** Samples of a line: so many have random numbers of their own (sampling.ts). */
const MOST_SAMPLES = 8192;

/** Pieces beyond the ratio that a translation may have by default, so that short lines have room. */
const EXTRA_LENGTH = 10;

/** Options with every default filled in. */
export type ResolvedTranslateOptions = TranslateOptions &
  Required<Omit<TranslateOptions, "sourceLanguage" | "targetLanguage" | "maxLength" | "sampling">>;

/** Fills in defaults. Throws UsageError for a value out of range. */
export function resolveTranslateOptions(options: TranslateOptions): ResolvedTranslateOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved: ResolvedTranslateOptions = { ...translateDefaults, ...given };
  const { beamSize, nBest, minLength, maxLength, sampling } = resolved;
  if (sampling !== undefined) {
    resolved.beamSize = options.beamSize ?? 1;
    requireRange("sampling_temperature", sampling.temperature, sampling.temperature > 0, "above 0");
    requireWhole("sampling_topk", sampling.topK, 0);
    requireRange("sampling_topp", sampling.topP, sampling.topP > 0 && sampling.topP <= 1, "above 0 and at most 1");
    const { minP = 0, epsilon = 0, typicalP = 1 } = sampling;
    requireRange("sampling_minp", minP, minP >= 0 && minP <= 1, "between 0 and 1");
    requireRange("sampling_epsilon", epsilon, epsilon >= 0 && epsilon < 1, "0 or more and below 1");
    requireRange("sampling_typicalp", typicalP, typicalP > 0 && typicalP <= 1, "above 0 and at most 1");
    requireRange("beam_size", resolved.beamSize, resolved.beamSize === 1, "1 when sampling");
  }
  requireWhole("beam_size", beamSize, 1);
  const { diverseBeamGroups: groups, diverseBeamStrength: strength } = resolved;
  requireWhole("diverse_beam_groups", groups, 1);
  requireRange(
    "diverse_beam_groups",
    groups,
    resolved.beamSize % groups === 0,
    `a divisor of beam_size, ${resolved.beamSize}`,
  );
  requireRange("diverse_beam_strength", strength, strength >= 0, "0 or more");
  requireWhole("n_best", nBest, 1);
  if (sampling === undefined && !resolved.returnAlternatives) {
    requireRange("n_best", nBest, nBest <= beamSize, `at most the beam size, ${beamSize}`);
  } else requireRange("n_best", nBest, nBest <= MOST_SAMPLES, `at most ${MOST_SAMPLES}`);
  requireRange("repetition_penalty", resolved.repetitionPenalty, resolved.repetitionPenalty > 0, "above 0");
  requireWhole("block_ngram_repeat", resolved.blockNgramRepeat, 0);
  requireWhole("max_repeats", resolved.maxRepeats, 0);
  requireRange("length_penalty", resolved.lengthPenalty, Number.isFinite(resolved.lengthPenalty), "a number");
  requireRange("coverage_penalty", resolved.coveragePenalty, resolved.coveragePenalty >= 0, "0 or more");
  requireWhole("min_length", minLength, 0);
  if (maxLength !== undefined) {
    requireWhole("max_length", maxLength, 1);
    requireRange("min_length", minLength, minLength <= maxLength, `at most max_length, ${maxLength}`);
  }
  requireRange("max_length_ratio", resolved.maxLengthRatio, resolved.maxLengthRatio > 0, "above 0");
  requireWhole("batch_size", resolved.batchSize, 1);
  requireWhole("batch_tokens", resolved.batchTokens, 1);
  requireRange("max_source_length", resolved.maxSourceLength, resolved.maxSourceLength >= 1, "1 or more");
  return resolved;
}

/** Most pieces of the translation of a line of `sourcePieces` pieces of which `given` are given, at most. */
export function longestTranslation(sourcePieces: number, options: ResolvedTranslateOptions, given = 0): number {
  const { maxLength, maxLengthRatio, minLength } = options;
  return (
    maxLength ?? Math.max(Math.ceil(maxLengthRatio * sourcePieces) + EXTRA_LENGTH, minLength, given + EXTRA_LENGTH)
  );
}

function requireWhole(name: string, value: number, least: number): void {
  requireRange(name, value, isWhole(value, least), `a whole number, ${least} or more`);
}

function isWhole(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}

function requireRange(name: string, value: number, holds: boolean, wanted: string): void {
  if (holds) return;
  throw new UsageError(`${name} is ${value}`, { where: name, nextStep: `It must be ${wanted}.` });
}
