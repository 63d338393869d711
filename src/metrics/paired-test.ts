/**
 * Is a system different from the baseline? Paired bootstrap resampling (Koehn 2004, "Statistical Significance Tests for
 * Machine Translation Evaluation") and paired approximate randomization (Riezler and Maxwell 2005, "On Some Pitfalls in
 * Automatic Evaluation and Significance Testing for MT"). With sacreBLEU's seed the numbers are sacreBLEU's.
 */
import { UsageError } from "../base/errors.ts";
import { DOUBLE, WHOLE } from "./arithmetic.ts";
import { DEFAULT_SEED, drawResamples, middleHalfWidth, resampledScores, resultArithmetic } from "./bootstrap.ts";
import { type CorpusStatistics, type Metric, type ReferenceStreams, sumStatistics } from "./metric.ts";
import { pairwiseMean } from "./pairwise-mean.ts";
import { Pcg64 } from "./pcg64.ts";
import type { Confidence } from "./score.ts";
import type { Signature } from "./signature.ts";

/** One system's output. */
export interface NamedSystem {
  /** What reports call it. */
  name: string;
  /** One line a segment, the same segments for every system. */
  hypotheses: readonly string[];
}

/** Which test, and how many resamples or trials it makes. */
export interface PairedTestOptions {
  /** Paired bootstrap (Koehn 2004) or paired approximate randomization (Riezler and Maxwell 2005). */
  method: "bootstrap" | "randomization";
  /** Resamples (default 1000) or trials (default 10000). */
  samples?: number;
  /** Default 12345, sacreBLEU's. */
  seed?: number;
  /** For randomization: resamples for a confidence interval; default 0, none. A bootstrap test always gives one. */
  confidenceSamples?: number;
}

/** One system under one metric. */
export interface PairedResult {
  /** Percent. */
  score: number;
  /**
   * Probability of a difference at least this large if system and baseline were the same process; undefined for the
   * baseline itself.
   */
  pValue?: number;
  /** Absent where there are no resamples. */
  confidence?: Confidence;
}

/** All systems under one metric. */
export interface PairedComparison {
  /** The metric's name. */
  name: string;
  /** With resamples or trials, and their seed. */
  signature: Signature;
  /** In the order of the systems; the baseline first. */
  results: PairedResult[];
}

const DEFAULT_SAMPLES = { bootstrap: 1000, randomization: 10000 };

/**
 * Compares every system with the first one, under each metric. `references[r][i]` is reference r of segment i. Throws UsageError for fewer than
 * two systems, DataError where numbers of lines differ.
 *
 * @example
 * import { BLEU, pairedTest } from "gnmt-moe/metrics";
 *
 * const systems = [
 *   { name: "old", hypotheses: ["the cat sat on a mat", "there is a dog"] },
 *   { name: "new", hypotheses: ["the cat sat on the mat", "there is a dog"] },
 * ];
 * const references = [["the cat sat on the mat", "there is a dog"]];
 * const [comparison] = pairedTest(systems, [new BLEU()], references, { method: "bootstrap", samples: 1000 });
 * console.log(comparison?.results[1]?.pValue);
 */
export function pairedTest(
  systems: readonly NamedSystem[],
  metrics: readonly Metric[],
  references: ReferenceStreams,
  options: PairedTestOptions,
): PairedComparison[] {
  if (systems.length < 2) {
    throw new UsageError("a paired test compares at least two systems", { nextStep: "Give the baseline first." });
  }
  const { method, seed = DEFAULT_SEED } = options;
  const samples = options.samples ?? DEFAULT_SAMPLES[method];
  const random = new Pcg64(seed);
  const segments = systems[0]!.hypotheses.length;
  const coins = method === "randomization" ? random.coins(Math.ceil((samples * segments) / 32)) : new Uint32Array(0);
  const resamples = method === "bootstrap" ? samples : (options.confidenceSamples ?? 0);
  const draws = drawResamples(random, resamples, segments);
  // The baseline's own interval comes from a generator of its own.
  const baselineDraws = method === "bootstrap" ? draws : drawResamples(new Pcg64(seed), resamples, segments);

  return metrics.map((metric) => {
    const all = systems.map((system) => metric.corpusStatistics(system.hypotheses, references));
    const resampled = all.map((statistics, i) => resampledScores(metric, statistics, i === 0 ? baselineDraws : draws));
    const results = all.map((statistics, i) => unpairedResult(metric, statistics, resampled[i]!));
    for (let i = 1; i < results.length; i++) {
      const difference = Math.abs(results[0]!.score - results[i]!.score);
      results[i]!.pValue =
        method === "bootstrap"
          ? bootstrapP(metric, resampled[0]!, resampled[i]!, difference)
          : randomizationP(metric, all[0]!, all[i]!, { coins, trials: samples }, difference);
    }
    const trials = method === "bootstrap" ? { bs: samples } : { ar: samples, ...(resamples > 0 && { bs: resamples }) };
    const signature = metric.signature(all[0]!.references, { ...trials, seed });
    return { name: metric.name, signature, results };
  });
}

/** Score, and confidence interval if there are resamples. */
function unpairedResult(metric: Metric, statistics: CorpusStatistics, resampled: Float64Array): PairedResult {
  const score = metric.valueOf(sumStatistics(statistics), DOUBLE);
  if (resampled.length === 0) return { score };
  const { result } = resultArithmetic(metric);
  const sorted = resampled.slice().sort();
  return { score, confidence: { mean: pairwiseMean(sorted, result), halfWidth: middleHalfWidth(sorted, result) } };
}

/** How often a resample's difference, less the mean difference, exceeds the real one. */
function bootstrapP(metric: Metric, baseline: Float64Array, system: Float64Array, difference: number): number {
  const { result } = resultArithmetic(metric);
  const differences = system.map((score, sample) => Math.abs(result(score - baseline[sample]!)));
  const mean = pairwiseMean(differences, result);
  const centred = differences.map((value) => result(value - mean));
  return pValue(centred, result(difference));
}

/** How often systems made by swapping random segments differ more than the real ones. */
function randomizationP(
  metric: Metric,
  baseline: CorpusStatistics,
  system: CorpusStatistics,
  { coins, trials }: { coins: Uint32Array; trials: number },
  difference: number,
): number {
  const { segments, width } = baseline;
  const arithmetic = metric.countsOnly ? WHOLE : DOUBLE;
  const ofSystem = sumStatistics(system);
  const both = sumStatistics(baseline).map((sum, k) => sum + ofSystem[k]!);
  const swap = baseline.rows.map((value, at) => value - system.rows[at]!);
  const a = new Float64Array(width);
  const b = new Float64Array(width);
  const differences = new Float64Array(trials);
  for (let trial = 0, toss = 0; trial < trials; trial++) {
    a.set(ofSystem);
    for (let i = 0; i < segments; i++, toss++) {
      if (((coins[toss >>> 5]! >>> (toss & 31)) & 1) === 0) continue;
      for (let k = 0; k < width; k++) a[k]! += swap[i * width + k]!;
    }
    for (let k = 0; k < width; k++) b[k] = both[k]! - a[k]!;
    differences[trial] = Math.abs(metric.valueOf(a, arithmetic) - metric.valueOf(b, arithmetic));
  }
  return pValue(differences, difference);
}

/** One is added to both counts, so that few trials never claim significance. */
function pValue(statistics: Float64Array, threshold: number): number {
  return (statistics.filter((value) => value > threshold).length + 1) / (statistics.length + 1);
}
