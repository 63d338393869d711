/** What test/metrics/golden/*.json hold: numbers that sacreBLEU 2.6.0 computed (see golden/generate.py). */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { BLEU, type BleuOptions } from "../../src/metrics/bleu.ts";
import { CHRF, type ChrfOptions } from "../../src/metrics/chrf.ts";
import type { Metric, ReferenceStreams } from "../../src/metrics/metric.ts";
import { type NamedSystem, pairedTest } from "../../src/metrics/paired-test.ts";
import { TER, type TerOptions } from "../../src/metrics/ter.ts";

/** Differences at and above this are differences. */
export const TOLERANCE = 1e-8;

export interface Configuration {
  metric: "bleu" | "chrf" | "ter";
  options: BleuOptions & ChrfOptions & TerOptions;
}

export interface CorpusEntry extends Configuration {
  score: number;
  signature: string;
  short: string;
  text: string;
  edits?: number;
  referenceLength?: number;
}

export interface PairedEntry extends Configuration {
  method: "bootstrap" | "randomization";
  /** 0: the method's default. */
  samples: number;
  confidenceSamples: number;
  name: string;
  signature: string;
  results: { score: number; p: number | null; mean: number | null; halfWidth: number | null }[];
}

export interface NastyGolden {
  cases: { hypothesis: string; other: string; references: (string | null)[] }[];
  tokenized: { tokenizer: string; lines: string[] }[];
  sentences: (Configuration & { scores: number[] })[];
  /** Every tokenizer with every smoothing, and all options of chrF and TER: mean and deviation of sentence scores, corpora. */
  grid: (Configuration & { mean: number; spread: number; one: number; all: number })[];
  corpora: CorpusEntry[];
  singleReference: CorpusEntry[];
  confidence: ConfidenceEntry[];
  paired: PairedEntry[];
  /** Paired tests of cases[start … start + count). */
  fewSegments: (PairedEntry & { start: number; count: number })[];
}

export interface NumbersGolden {
  generators: { seed: number; words: number[]; coins: string; choices: { below: number; draws: number[] }[] }[];
  formats: { value: number; fixed: string[]; float: string }[];
  means: { values: number[]; single: number; double: number }[];
}

/** A system's lines and the references they are scored with, by name. */
interface ScoredSystem {
  hyp: string;
  refs: string[];
}

interface ConfidenceEntry extends Configuration {
  samples: number;
  mean: number;
  halfWidth: number;
  json: string;
}

export interface SystemScores {
  corpora: (CorpusEntry & ScoredSystem)[];
  sentences: (Configuration & ScoredSystem & { mean: number; spread: number })[];
  confidence?: (ConfidenceEntry & ScoredSystem)[];
}

export interface SystemComparison {
  systems: string[];
  refs: string[];
  paired: PairedEntry[];
}

export interface WmtGolden extends SystemScores {
  pairedReference: string;
  pairedSystems: string[];
  paired: PairedEntry[];
}

export interface ExtractGolden extends SystemScores {
  comparisons: SystemComparison[];
}

export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./golden/${name}`, import.meta.url), "utf8"));
}

export function metricOf({ metric, options }: Configuration): Metric {
  if (metric === "bleu") return new BLEU({ force: true, ...options });
  return metric === "chrf" ? new CHRF(options) : new TER(options);
}

/** Mean and standard deviation. */
export function meanAndSpread(scores: readonly number[]): [mean: number, spread: number] {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return [mean, Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length)];
}

export function title({ metric, options }: Configuration): string {
  return `${metric} ${JSON.stringify(options)}`;
}

/** Runs the entry's paired test and compares every number with the entry's. */
export function checkPaired(entry: PairedEntry, systems: readonly NamedSystem[], references: ReferenceStreams): void {
  const { method, samples, confidenceSamples } = entry;
  const options = { method, confidenceSamples, ...(samples > 0 && { samples }) };
  const [comparison] = pairedTest(systems, [metricOf(entry)], references, options);
  expect(comparison!.name).toBe(entry.name);
  expect(comparison!.signature.format()).toBe(entry.signature);
  expect(comparison!.results.map(({ pValue }) => pValue ?? null)).toEqual(entry.results.map(({ p }) => p));
  entry.results.forEach((expected, i) => {
    const { score, confidence } = comparison!.results[i]!;
    expect(Math.abs(score - expected.score)).toBeLessThan(TOLERANCE);
    expect(confidence === undefined).toBe(expected.mean === null);
    if (confidence === undefined) return;
    expect(Math.abs(confidence.mean - expected.mean!)).toBeLessThan(TOLERANCE);
    expect(Math.abs(confidence.halfWidth - expected.halfWidth!)).toBeLessThan(TOLERANCE);
  });
}
