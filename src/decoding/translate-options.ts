/** Options of a translator, with their defaults; checked once, when the translator is made. */
import { UsageError } from "../base/errors.ts";
import type { SamplingOptions } from "./sampling.ts";

/** How lines are translated. Lengths are in wordpieces without `</s>`; penalties are those of Wu et al. 2016, §7. */
export interface TranslateOptions {
  /** Language of the lines; needed only by models that know several and tell them apart by corpus. Default: none. */
  sourceLanguage?: string;
  /** Language to translate into; may be left out where the model has one. Default: that one. */
  targetLanguage?: string;
  /** Hypotheses kept per sentence; 1 is greedy search. Default 5. */
  beamSize?: number;
  /** Translations per line, at most `beamSize`; when sampling, independent samples, at most 8,192. Default 1. */
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
  /** Sample instead of searching; `beamSize` must be 1, which is its default then. Default: search. */
  sampling?: SamplingOptions;
}

/** Defaults that do not depend on other options. */
export const translateDefaults = {
  beamSize: 5,
  nBest: 1,
  lengthPenalty: 0.6,
  coveragePenalty: 0,
  minLength: 0,
  maxLengthRatio: 2,
  batchSize: 64,
  batchTokens: 6000,
  maxSourceLength: 5000,
  replaceUnk: false,
  withAttention: false,
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
    requireRange("sampling_topk", sampling.topK, isWhole(sampling.topK, 0), "a whole number, 0 or more");
    requireRange("sampling_topp", sampling.topP, sampling.topP > 0 && sampling.topP <= 1, "above 0 and at most 1");
    requireRange("beam_size", resolved.beamSize, resolved.beamSize === 1, "1 when sampling");
    requireRange("n_best", nBest, nBest <= MOST_SAMPLES, `at most ${MOST_SAMPLES}`);
  }
  requireRange("beam_size", beamSize, isWhole(beamSize, 1), "a whole number, 1 or more");
  requireRange("n_best", nBest, isWhole(nBest, 1), "a whole number, 1 or more");
  if (sampling === undefined) {
    requireRange("n_best", nBest, nBest <= beamSize, `at most the beam size, ${beamSize}`);
  }
  requireRange("length_penalty", resolved.lengthPenalty, Number.isFinite(resolved.lengthPenalty), "a number");
  requireRange("coverage_penalty", resolved.coveragePenalty, resolved.coveragePenalty >= 0, "0 or more");
  requireRange("min_length", minLength, isWhole(minLength, 0), "a whole number, 0 or more");
  if (maxLength !== undefined) {
    requireRange("max_length", maxLength, isWhole(maxLength, 1), "a whole number, 1 or more");
    requireRange("min_length", minLength, minLength <= maxLength, `at most max_length, ${maxLength}`);
  }
  requireRange("max_length_ratio", resolved.maxLengthRatio, resolved.maxLengthRatio > 0, "above 0");
  requireRange("batch_size", resolved.batchSize, isWhole(resolved.batchSize, 1), "a whole number, 1 or more");
  requireRange("batch_tokens", resolved.batchTokens, isWhole(resolved.batchTokens, 1), "a whole number, 1 or more");
  requireRange("max_source_length", resolved.maxSourceLength, resolved.maxSourceLength >= 1, "1 or more");
  return resolved;
}

/** Most pieces of the translation of a line of `sourcePieces` pieces. */
export function longestTranslation(sourcePieces: number, options: ResolvedTranslateOptions): number {
  const { maxLength, maxLengthRatio, minLength } = options;
  return maxLength ?? Math.max(Math.ceil(maxLengthRatio * sourcePieces) + EXTRA_LENGTH, minLength);
}

function isWhole(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}

function requireRange(name: string, value: number, holds: boolean, wanted: string): void {
  if (holds) return;
  throw new UsageError(`${name} is ${value}`, { where: name, nextStep: `It must be ${wanted}.` });
}
